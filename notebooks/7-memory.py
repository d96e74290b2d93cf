# %% [markdown]
# # Practical 7: memory
#
# What comes next depends on what was before: the traffic of tomorrow at eight, the letter after "th". Here models look
# back, in two ways: by remembering the same hour a week ago, and by a state that a network carries along.
#
# ## Aims
#
# After this practical you can
#
# - build the forecast that every other one must beat,
# - say why the last weeks, and not random hours, must be kept for testing,
# - read a forecast together with its range,
# - say what a network that writes has learned, and what it has not.
#
# ## Time
#
# 60 minutes: 30 for traffic, 25 for writing, 5 to talk about it.
# It needs PyTorch: `pip install "discern-ml[torch]"`, or the project's `environment.yml`.
#
# Cells that begin with `# Your turn` are for you. The cell after each says whether it is right.
# %%
import random
import tempfile
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

from discern import workflows
from discern.core.forecast_options import ForecastOptions, SeriesOptions

temporary = tempfile.TemporaryDirectory()  # it goes when the notebook is closed
work = Path(temporary.name)

# %% [markdown]
# ## 1. Traffic
#
# Vehicles at a made-up junction, hour by hour for ten weeks: two rush hours, and quieter weekends.
# %%
rng = np.random.default_rng(0)
hours = np.arange(24 * 7 * 10)
clock, weekday = hours % 24, hours // 24 % 7
usual = 40 + 30 * np.exp(-(((clock - 8) / 2.5) ** 2)) + 40 * np.exp(-(((clock - 17) / 3) ** 2))
cars = rng.poisson(usual * np.where(weekday >= 5, 0.6, 1.0))
times = [f"{datetime(2024, 1, 1) + timedelta(hours=int(hour)):%Y-%m-%d %H:%M}" for hour in hours]
pl.DataFrame({"time": times, "cars": cars}).write_csv(work / "cars.csv")
plt.plot(hours[: 24 * 14], cars[: 24 * 14])
plt.gca().set(xlabel="hour", ylabel="cars", title="the first two weeks")

# %% [markdown]
# ### Exercise 1
#
# The forecast to beat: each hour is as it was a week ago. Foretell the last week (168 hours) from the one before.
# %% given
# Your turn.
foretold = np.zeros(168)
# %% answer
foretold = cars[-336:-168]
# %% check
assert len(foretold) == 168, "A week has 168 hours."
assert np.array_equal(foretold, cars[len(cars) - 336 : len(cars) - 168]), "The week before the last one, hour by hour."

# %% [markdown]
# ### Exercise 2
#
# How wrong is it? The mean absolute error: the mean size of the differences from what came, whatever their sign.
# %% given
# Your turn.
error = -1.0
# %% answer
error = np.mean(np.abs(foretold - cars[-168:]))
# %% check
assert error > 0, "The size of a difference is never below 0: np.abs."
assert np.isclose(error, np.abs(foretold - cars[-168:]).mean()), "Compare with the last 168 hours, and take the mean."
# %%
options = ForecastOptions(horizon=24, models=("seasonal-naive", "smoothing", "rnn"))
forecast = workflows.forecast([work / "cars.csv"], SeriesOptions("time", "cars"), options, out=work / "forecast")
result = forecast.result
print("chosen on", result.validation, "- tested on", result.test)
for candidate in result.candidates:
    print(f"{candidate.name}: mean absolute error {candidate.mae} on validation weeks")
print("chosen, on the test weeks:", result.chosen.mae)
print("as it was a week ago, on the test weeks:", result.baseline.mae)
# %%
ahead = forecast.table
middle, low, high = (ahead[name].to_numpy() for name in ahead.columns[2:5])
plt.plot(middle)
plt.fill_between(np.arange(len(middle)), low, high, alpha=0.3)
plt.gca().set(xlabel="hours ahead", ylabel="cars", title="tomorrow, with the range of 90 %")

# %% [markdown]
# ### Exercise 3
#
# The counts are random around their usual value (Poisson), and no forecast can know that part. How large would the mean
# absolute error be if the usual value of each hour were known exactly? Measure it on all hours.
# %% given
# Your turn.
floor = 0.0
# %% answer
floor = np.mean(np.abs(cars - usual * np.where(weekday >= 5, 0.6, 1.0)))
# %% check
assert 4 < floor < 7, "Not yet: the usual value of each hour, quieter at weekends, against what was counted."
# %% [markdown]
# Compare it with the figures above: most of what is left is chance, and a cleverer model would not find more.
#
# ## 2. Writing
#
# A made-up text of short sentences. A table of letters writes first, then a network.
# %%
draw = random.Random(0)
things, ways, places = ["car", "van", "bus"], ["stops", "turns", "waits"], ["bridge", "station", "harbour"]
sentences = [
    f"the {draw.choice(['red', 'blue', 'old'])} {draw.choice(things)} {draw.choice(ways)} at the {draw.choice(places)}."
    for _ in range(800)
]
story = "\n".join(sentences) + "\n"
(work / "story.txt").write_text(story)
print(story[:120])

# %% [markdown]
# ### Exercise 4
#
# For each pair of letters, count which letter follows: `follows["th"]` should be a `Counter` in which "e" leads.
# %% given
# Your turn.
follows = defaultdict(Counter)
# %% answer
follows = defaultdict(Counter)
for place in range(len(story) - 2):
    follows[story[place : place + 2]][story[place + 2]] += 1
# %% check
assert follows["th"].most_common(1)[:1] == [("e", story.count("the"))], (
    "After 'th' comes 'e', as often as there is 'the'."
)
assert sum(map(sum, (counts.values() for counts in follows.values()))) == len(story) - 2, "Every place counts once."
# %%
text = "th"
for _ in range(150):
    counts = follows[text[-2:]]
    text += draw.choices(list(counts), list(counts.values()))[0]
print(text)

# %% [markdown]
# It remembers two letters and no more. A recurrent network carries a state along from letter to letter, and learns what
# to keep in it.
# %%
written = workflows.learn_to_write(work / "story.txt", out=work / "writer", epochs=12)
print("bits a letter on text it never saw:", written.result.bits)
print("a table of letters:", written.result.baseline)
for temperature in (0.5, 1.0, 2.0):
    print(f"\n--- temperature {temperature}")
    print(workflows.write(work / "writer", length=150, temperature=temperature))

# %% [markdown]
# ### Exercise 5
#
# Which share of the words that the network writes (temperature 0.5, 600 letters) stands in the story? `split()` cuts
# into words.
# %% given
# Your turn.
known = 0.0
# %% answer
made = workflows.write(work / "writer", length=600, temperature=0.5).split()
known = np.mean([word in set(story.split()) for word in made])
# %% check
assert 0 < known <= 1, "A share lies between 0 and 1: words that stand in the story, of all words written."
assert np.isclose(
    known,
    np.mean([w in set(story.split()) for w in workflows.write(work / "writer", length=600, temperature=0.5).split()]),
), "Write 600 letters at temperature 0.5, and split them."

# %% [markdown]
# ## Questions for discussion
#
# 1. Why is the last part of a series kept for testing, and not hours drawn at random?
# 2. The range holds nine of ten hours. What would you tell somebody who asks for "the number"?
# 3. Was the network worth it here, for traffic? And for writing?
# 4. The text is made of sentences of one form. What would you need to know to say that a network that wrote them
#    understands anything?
# 5. A network that writes learned from letters that people wrote. What could it give away?
#
# ## Reading
#
# - R. J. Hyndman and G. Athanasopoulos, "Forecasting: principles and practice", third edition, 2021.
# - S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.
# - C. E. Shannon, "Prediction and entropy of printed English", Bell System Technical Journal 30, 1951.
