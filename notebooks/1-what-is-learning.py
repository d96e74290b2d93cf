# ruff: noqa: B018, F811
# %% [markdown]
# # Practical 1: what is learning?
#
# A line through five points is the smallest thing that learns. Everything that a large network does is here already:
# a guess, an error, a small step that makes the error smaller, and the question whether it holds for what is new.
#
# ## Aims
#
# After this practical you can
#
# - say what the parameters of a model are, and what its loss is,
# - take one step of gradient descent by hand, and say what happens when steps are too small or too large,
# - tell learning from learning by heart,
# - ask whether a problem can be solved with the data at hand at all.
#
# ## Time
#
# 75 minutes: 20 for the line, 20 for descent, 15 for overfitting, 15 for "is it solvable", 5 to talk about it.
#
# Cells that begin with `# Your turn` are for you. The cell after each says whether it is right.
# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

import discern as dc
from discern.core.line_options import LineOptions
from discern.workflows import fit_line

temporary = tempfile.TemporaryDirectory()  # it goes when the notebook is closed
work = Path(temporary.name)

# %% [markdown]
# ## 1. A line
#
# Five made-up areas: how deprived each is (an index) and how many crimes there are for each thousand people. Of a sixth
# area the rate is not known. We look for a line `rate = intercept + slope * deprivation`.
# %%
dc.sample("areas", work / "areas")
areas = pl.read_csv(work / "areas" / "areas.csv", null_values="?")
known = areas.drop_nulls()
x, y = known["deprivation"].to_numpy(), known["crime_rate"].to_numpy()
plt.scatter(x, y)
plt.gca().set(xlabel="deprivation", ylabel="crimes for each 1,000 people")
areas

# %% [markdown]
# ### Exercise 1
#
# A line is as good as its mistakes are small. The usual measure is the mean squared error: for each area the distance
# between the line and the point, squared, and the mean of these. Write it.


# %% given
# Your turn.
def loss(intercept, slope):
    return -1.0


# %% answer
def loss(intercept, slope):
    return np.mean((intercept + slope * x - y) ** 2)


# %% check
assert loss(0, 0) > 0, "A mean of squares is never below 0."
assert np.isclose(loss(0, 0), np.mean(y**2)), "A line that is 0 everywhere is wrong by y itself; square that, and mean."
assert np.isclose(loss(30, 1), ((30 + x - y) ** 2).mean()), "Check the sign: what the line says, less what is there."

# %% [markdown]
# ### Exercise 2
#
# Change the intercept and the slope by hand until the loss is below 25. Look at the drawing each time.
# %% given
# Your turn.
my_intercept, my_slope = 50.0, 0.0
# %% answer
my_intercept, my_slope = 30.0, 0.7
# %% check
assert loss(my_intercept, my_slope) < 25, f"The loss is {loss(my_intercept, my_slope):.1f}; steeper, and lower down?"
# %%
along = np.array([10, 70])
plt.scatter(x, y)
plt.plot(along, my_intercept + my_slope * along)
plt.title(f"loss {loss(my_intercept, my_slope):.1f}")

# %% [markdown]
# ## 2. Gradient descent
#
# What you just did by hand, a machine does by rule. At any line it works out the **gradient**: how much the loss
# would grow if a parameter grew a little. Then it changes each parameter a little the other way, and again.
# To make one size of step fit both parameters, deprivation and rate are standardised first (mean 0, spread 1).
# %%
a = (x - x.mean()) / x.std()
b = (y - y.mean()) / y.std()


def gradient(intercept, slope):
    """How the loss grows with each of the two."""
    wrong = intercept + slope * a - b
    return 2 * wrong.mean(), 2 * (wrong * a).mean()


# %% [markdown]
# ### Exercise 3
#
# Write one step: from where you stand, `rate` times the gradient, the other way.


# %% given
# Your turn.
def step(intercept, slope, rate):
    return intercept, slope


# %% answer
def step(intercept, slope, rate):
    by_intercept, by_slope = gradient(intercept, slope)
    return intercept - rate * by_intercept, slope - rate * by_slope


# %% check
moved = step(1.0, 0.0, 0.1)
assert moved != (1.0, 0.0), "Nothing has moved yet: take away rate times the gradient from each of the two."
assert np.allclose(moved, np.array([1.0, 0.0]) - 0.1 * np.array(gradient(1.0, 0.0))), "Downhill is minus the gradient."
# %%
for rate in (0.01, 0.1, 1.1):
    place, losses = (1.0, 0.0), []
    for _ in range(25):
        losses.append(np.mean((place[0] + place[1] * a - b) ** 2))
        place = step(*place, rate)
    plt.plot(losses, label=f"steps of {rate}")
plt.gca().set(xlabel="step", ylabel="loss (of standardised columns)", yscale="log")
plt.legend()

# %% [markdown]
# Discern does the same with `fit_line` (on the command line: `discern table fit-line`), keeps each step, and works the
# best line out in closed form beside it. With one row a step, chosen at random, this is **stochastic gradient
# descent (SGD)**, which networks learn by.
# %%
line = fit_line(work / "areas" / "areas.csv", LineOptions("crime_rate", columns=("deprivation",), iterations=500))
found = line.result
print("closed form: intercept", found.closed[0], "slope", found.closed[1])
for kept in found.kept:
    print(f"after {kept.iteration:3} steps: loss {kept.loss.value:7.2f}, slope {kept.parameters[1].value:.3f}")
for tried in found.rates:
    print(f"steps of {tried.rate:g}: {tried.outcome}")

# %% [markdown]
# ### Exercise 4
#
# What does the line in closed form say for Fairview, whose deprivation is 45? Use `found.closed[0].value` and
# `found.closed[1].value`.
# %% given
# Your turn.
fairview = 0.0
# %% answer
fairview = found.closed[0].value + found.closed[1].value * 45
# %% check
assert 50 < fairview < 70, "Not yet: the intercept, plus the slope times 45."

# %% [markdown]
# The slope's interval is wide: five points say little. Never quote the one number without the other two.
#
# ## 3. Learning by heart
#
# Twenty measurements of a gentle wave, with noise. A curve of degree 1 is a line; each degree more lets it bend once
# more. We fit curves to ten of the points, and ask how far they are from the other ten.
# %%
rng = np.random.default_rng(3)
wave = np.sort(rng.uniform(0, 6, 20))
height = np.sin(wave) + rng.normal(0, 0.25, 20)
learned, held_out = np.arange(0, 20, 2), np.arange(1, 20, 2)


def errors(degree):
    """Mean squared errors on the points that were learned from, and on the others."""
    curve = np.polynomial.Polynomial.fit(wave[learned], height[learned], degree)
    wrong = (curve(wave) - height) ** 2
    return wrong[learned].mean(), wrong[held_out].mean()


degrees = range(1, 10)
both = np.array([errors(degree) for degree in degrees])
plt.plot(degrees, both[:, 0], "o-", label="learned from")
plt.plot(degrees, both[:, 1], "o-", label="held out")
plt.gca().set(xlabel="degree", ylabel="mean squared error", yscale="log", ylim=(1e-3, 1e4))
plt.legend()

# %% [markdown]
# ### Exercise 5
#
# The curve of degree 9 goes through all ten points that it learned from. Which degree would you choose? And which would
# you choose if you looked only at the points that were learned from?
# %% given
# Your turn.
chosen_well, chosen_by_heart = 0, 0
# %% answer
chosen_well = list(degrees)[both[:, 1].argmin()]
chosen_by_heart = list(degrees)[both[:, 0].argmin()]
# %% check
assert chosen_by_heart == 9, "On the points it learned from, the curve that bends most is always best."
assert chosen_well == 1 + int(both[:, 1].argmin()), "Look for the lowest point of the curve of held-out errors."

# %% [markdown]
# ## 4. Is it solvable?
#
# A model always says something. Whether the data can show anything at all is another question, and a simple way to
# ask it: exchange the labels at random, learn again, and see whether that does as well. If it does, what was learned
# was nothing.
# %%
features = rng.normal(size=(120, 3))
label = np.where(features[:, 0] + features[:, 1] + rng.normal(0, 0.7, 120) > 0, "yes", "no")
data = dc.read(features, label)
run = dc.train(data, model="logistic", out=work / "real")
print(run)
answer = run.examine("solvable", data=data)["solvable"]
print(answer.verdict, "-", answer.reason)

# %% [markdown]
# ### Exercise 6
#
# Now make a problem that cannot be solved: the same features, with the labels in random order
# (`rng.permutation(label)`). Train, and ask the same question. Put the verdict into `nonsense`.
# %% given
# Your turn: data, run and verdict of labels that mean nothing.
nonsense = answer.verdict
# %% answer
exchanged = dc.read(features, rng.permutation(label))
run_of_nonsense = dc.train(exchanged, model="logistic", out=work / "nonsense")
nonsense = run_of_nonsense.examine("solvable", data=exchanged)["solvable"].verdict
# %% check
assert nonsense != "shown", (
    "That is the verdict on the true labels: are yours in random order, and is the run a new one?"
)

# %% [markdown]
# ## Questions for discussion
#
# 1. Why is the error squared? What would change if its size alone counted?
# 2. Steps of 1.1 ran away. Could you have known that before?
# 3. The more a curve may bend, the better it does on what it learned from. Is there any figure on those points
#    that would have warned us?
# 4. "The model is right in 85 % of cases." What would you ask before you believe that it has learned anything?
# 5. Deprivation goes along with crime in these five areas. Does it cause it? What else could be the reason?
#
# ## Reading
#
# - H. Robbins and S. Monro, "A stochastic approximation method", Annals of Mathematical Statistics 22, 1951.
# - L. Breiman, "Statistical modeling: the two cultures", Statistical Science 16, 2001.
# - M. Ojala and G. C. Garriga, "Permutation tests for studying classifier performance", Journal of Machine Learning
#   Research 11, 2010.
