# ruff: noqa: F811
# %% [markdown]
# # Practical 4: digits by their nearest neighbours
#
# The simplest way to recognise a picture: find the pictures most like it among those whose answer is known, and let
# them vote. No training, no weights; and yet it reads handwriting well, if the pictures are organised well.
#
# ## Aims
#
# After this practical you can
#
# - say how a picture becomes a row of numbers, and what "near" means for such rows,
# - recognise a digit by hand-written code of five lines,
# - choose the number of neighbours k without looking at the test part,
# - say why a drawn digit must be brought to the form of the examples before it is recognised.
#
# ## Time
#
# 60 minutes: 10 for pictures as numbers, 20 for neighbours, 15 for k, 15 for your own digit.
#
# Cells that begin with `# Your turn` are for you. The cell after each says whether it is right.
# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import discern as dc
from discern.core.options import PictureOptions
from discern.images import symbols

temporary = tempfile.TemporaryDirectory()  # it goes when the notebook is closed
work = Path(temporary.name)

# %% [markdown]
# ## 1. Pictures as numbers
#
# 1,797 handwritten digits of 8 by 8 pixels, written by 13 people (the test part of a set by Alpaydin and Kaynak, which
# ships with scikit-learn). First organise them: a folder a class, with the pictures of that class inside.
# %%
dc.sample("digits", work / "digits")
for folder in sorted((work / "digits").iterdir()):
    print(folder.name, len(list(folder.iterdir())), "pictures")
# %%
digits = dc.read("sample:digits")
print(digits)
shown = np.hstack([digits.values[digits.labels == str(digit)][0, :, :, 0] for digit in range(10)])
plt.imshow(shown, cmap="gray")
plt.axis("off")
# %% [markdown]
# ### Exercise 1
#
# A picture of 8 by 8 is a row of how many numbers? Make the rows: an array with one row a picture.
# `digits.values` has the shape (pictures, height, width, channels).
# %% given
# Your turn.
rows = digits.values
# %% answer
rows = digits.values.reshape(len(digits), -1).astype(float)
# %% check
assert rows.shape == (1797, 64), f"The shape is {rows.shape}; expected one row a picture, and 8 x 8 numbers in each."
rows = rows.astype(float)

# %% [markdown]
# ## 2. The nearest neighbour
#
# Two pictures are near when their numbers are: take the difference of each pair of numbers, square it, add all up.
#
# ### Exercise 2
#
# Write a function that gives the places of the `k` rows of `known` nearest to one `row`, nearest first.
# `np.argsort` puts the places in order.


# %% given
# Your turn.
def nearest(row, known, k):
    return np.zeros(k, int)


# %% answer
def nearest(row, known, k):
    distances = ((known - row) ** 2).sum(axis=1)
    return np.argsort(distances)[:k]


# %% check
line = np.array([[0.0], [10.0], [3.0], [4.0]])
assert list(nearest(np.array([3.2]), line, 2)) == [2, 3], "Of 0, 10, 3 and 4, nearest to 3.2 are 3 (place 2), then 4."
assert nearest(rows[5], rows, 1)[0] == 5, "Nearest to a picture among all of them is that picture itself."
# %%
rng = np.random.default_rng(0)
order = rng.permutation(len(rows))
learned, validation, test = order[:1200], order[1200:1500], order[1500:]
asked = test[0]
found = nearest(rows[asked], rows[learned], 5)
strip = [digits.values[asked, :, :, 0], *(digits.values[learned[place], :, :, 0] for place in found)]
plt.imshow(np.hstack(strip), cmap="gray")
plt.title(f"asked: {digits.labels[asked]}; neighbours: {', '.join(digits.labels[learned[found]])}")
plt.axis("off")

# %% [markdown]
# ### Exercise 3
#
# Let the neighbours vote: the most frequent label among them is the answer.


# %% given
# Your turn.
def answer(row, k):
    return "0"


# %% answer
def answer(row, k):
    labels = digits.labels[learned[nearest(row, rows[learned], k)]]
    names, votes = np.unique(labels, return_counts=True)
    return names[votes.argmax()]


# %% check
right = np.mean([answer(rows[place], 3) == digits.labels[place] for place in validation])
assert right > 0.95, f"{right:.0%} of the validation part are right; with three neighbours it should be above 95 %."

# %% [markdown]
# ## 3. Choose k
#
# How many neighbours should vote? Try, but on the **validation** part: whoever chooses k by the test part has used it
# up, for it then says how well that choice suits it, and not how well new digits will be read.
# %%
ks = (1, 3, 5, 9, 25, 75, 225)
shares = [np.mean([answer(rows[place], k) == digits.labels[place] for place in validation]) for k in ks]
plt.plot(ks, shares, "o-")
plt.gca().set(xscale="log", xlabel="neighbours", ylabel="share of the validation part that is right")
# %% [markdown]
# ### Exercise 4
#
# Put the best k into `k`, then measure once on the test part and put the share that is right into `tested`.
# %% given
# Your turn.
k, tested = 225, 0.0
# %% answer
k = ks[int(np.argmax(shares))]
tested = np.mean([answer(rows[place], k) == digits.labels[place] for place in test])
# %% check
assert shares[ks.index(k)] == max(shares), "Another k did better on the validation part."
assert np.isclose(tested, np.mean([answer(rows[p], k) == digits.labels[p] for p in test])), "Measure on `test` with k."
# %% [markdown]
# The same with one call, which also keeps near-copies out of the test part, compares with guessing, and gives each
# figure with its range. On the command line: `discern train sample:digits --model knn`.
# %%
run = dc.train(digits, model="knn", k=k, out=work / "run")
print(run)
mistakes = [
    (truth, given, count)
    for truth, row in zip(run.evaluation.labels, run.evaluation.counts, strict=True)
    for given, count in zip(run.evaluation.labels, row, strict=True)
    if truth != given and count
]
for truth, given, count in sorted(mistakes, key=lambda one: -one[2]):
    print(f"a {truth} was taken for a {given}: {count} times")

# %% [markdown]
# ## 4. Draw your own
#
# A drawn seven, dark on light, small and in a corner of a large picture. The examples are light on black, large and in
# the middle: for a model that compares pixels the two have nothing in common.
# %%
drawn = np.full((120, 120), 255, np.uint8)
drawn[10:15, 10:34] = 0
for step in range(36):
    drawn[14 + step, 31 - step // 2 : 35 - step // 2] = 0
figure, axes = plt.subplots(1, 3, figsize=(9, 3))
for axis, picture in zip(axes, (drawn, symbols.normalise(drawn, 28, 28), symbols.normalise(drawn, 8, 8)), strict=True):
    axis.imshow(picture, cmap="gray")
    axis.set_title("x".join(map(str, picture.shape)))

# %% [markdown]
# `symbols.normalise` finds the ink, cuts it out, scales it and puts its centre of mass in the middle, as was done for
# the well-known MNIST digits. With `PictureOptions(symbols=True)` that step becomes part of the model: the examples and
# whatever is asked later go through it alike (on the command line: `discern train ... --symbols`).
#
# ### Exercise 5
#
# Read the folder of digits with that option, train with your k, and ask for the drawn digit:
# `model.predict(drawn[None])` takes an array of pictures. Put the answer into `read_as`.
# %% given
# Your turn.
read_as = ""
# %% answer
as_symbols = dc.read(work / "digits", pictures=PictureOptions(symbols=True))
run_of_symbols = dc.train(as_symbols, model="knn", k=k, out=work / "symbols")
read_as = run_of_symbols.model.predict(drawn[None])["prediction"][0]
# %% check
assert read_as == "7", f"It was read as {read_as!r}; were the examples read with PictureOptions(symbols=True)?"
# %% [markdown]
# ## Questions for discussion
#
# 1. With one neighbour, how many of the pictures that were learned from are recognised? What does that figure tell?
# 2. What happens with k as large as the whole set?
# 3. The digits come from 13 writers, and this set does not say who wrote which. Why does that matter for the test?
# 4. Shift a digit by two pixels. Are its neighbours the same? (Practical 6 measures it.)
# 5. The method keeps all examples. When would that be a problem for people who are in them?
#
# ## Reading
#
# - T. M. Cover and P. E. Hart, "Nearest neighbor pattern classification", IEEE Transactions on Information Theory 13,
#   1967.
# - E. Alpaydin and C. Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning Repository, 1998.
# - Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits", 1998.
