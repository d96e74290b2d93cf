# %% [markdown]
# # Practical 3: classifying posts
#
# 310 posts were labelled by hand, offensive or other. What can a machine learn from so few, where does it
# go wrong, and what may one say about thousands of posts that nobody has read? All posts are made up, and so is the
# island that they come from.
#
# ## Aims
#
# After this practical you can
#
# - say how much is gained by labelling more, and keep one author's posts together while you measure it,
# - read a table of errors, and name the two kinds of them,
# - count with a classifier that makes mistakes, and put it right,
# - draw a map of shares and say what it does not show.
#
# ## Time
#
# 75 minutes: 20 for learning from few, 20 for errors, 20 for counts, 10 for the map, 5 to talk about it.
# The map needs GeoPandas: `pip install "discern-ml[geo]"`, or the project's `environment.yml`.
#
# Cells that begin with `# Your turn` are for you. The cell after each says whether it is right.
# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

import discern as dc
from discern import workflows

temporary = tempfile.TemporaryDirectory()  # it goes when the notebook is closed
work = Path(temporary.name)
dc.sample("posts", work / "posts", n=3000)
labelled = pl.read_csv(work / "posts" / "labelled.csv")
pool = pl.read_csv(work / "posts" / "pool.csv")
print(labelled["label"].value_counts())
for post in labelled["text"].head(4):
    print("-", post)

# %% [markdown]
# ## 1. Learning from few
#
# ### Exercise 1
#
# Before any machine: how often would one be right who always says "other"?
# %% given
# Your turn: a share.
always_other = 0.0
# %% answer
always_other = (labelled["label"] == "other").mean()
# %% check
assert np.isclose(always_other, 209 / 310), "Of 310 posts 209 are other: what share is that?"

# %% [markdown]
# Now by machine. `group="author"` keeps the posts of one author together, either learned from or tested on.
# %%
posts = dc.read(work / "posts" / "labelled.csv", label="label", group="author")
run = dc.train(posts, model="word-bayes", out=work / "run")
print(run)
print("guessing:", run.evaluation.baseline_figures["accuracy"])

# %% [markdown]
# ### Exercise 2
#
# Learn from 40, 80 and 160 posts, and measure each on the same 100 that none of them has seen. The authors of the 100
# must not be among those learned from: put the places of the posts whose author is not in `authors_held` into `others`.
# %%
held = np.arange(100)
authors_held = set(labelled["author"].head(100))
# %% given
# Your turn: the places (numbers from 0) of posts by other authors.
others = np.arange(len(labelled))
# %% answer
others = np.flatnonzero(~labelled["author"].is_in(list(authors_held)).to_numpy())
# %% check
assert not authors_held & set(labelled["author"].to_numpy()[others]), "Some authors are on both sides."
assert len(others) == sum(author not in authors_held for author in labelled["author"]), "All posts by other authors."
# %%
sizes = (20, 40, 80, len(others))
shares = []
for size in sizes:
    some = dc.train(posts.take(others[:size]), model="word-bayes", out=work / f"of-{size}")
    said = some.model.predict(labelled["text"].to_numpy()[held])["prediction"]
    shares.append((said == labelled["label"][held.tolist()]).mean())
plt.plot(sizes, shares, "o-")
plt.axhline(always_other, linestyle=":")
plt.gca().set(xlabel="posts learned from", ylabel="share of 100 others that is right")

# %% [markdown]
# ## 2. Errors
#
# ### Exercise 3
#
# Of the test part: how many offensive posts were missed, and how many others were taken for offensive?
# `run.evaluation.counts` has a row for each true label and a column for each answer, in the order of
# `run.evaluation.labels`.
# %%
print(run.evaluation.labels, run.evaluation.counts)
# %% given
# Your turn.
missed, false_alarms = -1, -1
# %% answer
missed = run.evaluation.counts[0][1]
false_alarms = run.evaluation.counts[1][0]
# %% check
assert missed == run.evaluation.counts[0][1], "Missed: truly offensive (first row), taken for other (second column)."
assert false_alarms == run.evaluation.counts[1][0], "A false alarm: truly other, taken for offensive."
# %%
recorded = pl.read_parquet(work / "run" / "predictions.parquet")
wrong = recorded.filter(pl.col("label") != pl.col("prediction"))
print(wrong.select("item", "label", "prediction"))

# %% [markdown]
# ## 3. Counts
#
# Nobody has read the 3,000 posts of the pool. The model has:
# %%
answers = run.model.predict(pool["text"].to_numpy())
read = pool.with_columns(prediction=answers["prediction"])
read.write_csv(work / "read.csv")
# %% [markdown]
# ### Exercise 4
#
# Which share of the pool does the model call offensive?
# %% given
# Your turn.
counted = -1.0
# %% answer
counted = (read["prediction"] == "offensive").mean()
# %% check
assert np.isclose(counted, answers["prediction"].to_list().count("offensive") / len(pool)), "Offensive ones, of all."
# %% [markdown]
# That share is not the true one: some are missed, some are false alarms, and in a pool with few offensive posts the
# false alarms weigh more. What the labelled posts tell of both puts it right, at the price of a wider range.
# %%
where = {"boundaries": work / "posts" / "boundaries.geojson"}
counts = workflows.count(
    work / "read.csv",
    [work / "run"],
    by="area",
    label="prediction",
    of="offensive",
    out=work / "counts.json",
    **where,
)
print("as the model counts:", counts.counted)
print("put right:", counts.overall)
truth = pl.read_csv(work / "posts" / "truth.csv")
print("true, for once:", (truth["label"] == "offensive").mean())
for row in sorted(counts.rows, key=lambda one: -(one.share.value or 0))[:4]:
    print(f"{row.name}: {row.share} of {row.n} posts{', more than chance' if row.hot else ''}")

# %% [markdown]
# ## 4. A map
# %%
drawn = workflows.draw_map(work / "counts.json", work / "posts" / "boundaries.geojson", out=work / "map.png")
plt.figure(figsize=(8, 6))
plt.imshow(plt.imread(work / "map.png"))
plt.axis("off")

# %% [markdown]
# ## Questions for discussion
#
# 1. Two people label the same posts and disagree on every tenth. What does that say about a figure of 95 %?
# 2. Why must one author's posts not stand on both sides of the test?
# 3. Which of the two errors is worse here? For whom?
# 4. An area is dark on the map. Name three reasons that have nothing to do with the people who live there.
# 5. Would you act on a single post that the model calls offensive?
#
# ## Reading
#
# - G. Forman, "Quantifying counts and costs via classification", Data Mining and Knowledge Discovery 17, 2008.
# - W. J. Rogan and B. Gladen, "Estimating prevalence from the results of a screening test", American Journal of
#   Epidemiology 107, 1978.
# - T. Davidson and others, "Automated hate speech detection and the problem of offensive language", ICWSM 2017.
