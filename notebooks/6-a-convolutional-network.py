# ruff: noqa: F811
# %% [markdown]
# # Practical 6: a convolutional network
#
# In practical 5 people wrote the kernels. Here a network learns its own, from digits. Then comes the question that
# decides whether any of it is worth something: what was it tested on?
#
# ## Aims
#
# After this practical you can
#
# - train a small convolutional network and a dense one, and say what each of their layers is for,
# - look inside: kernels, feature maps, the vote, one step of learning,
# - say what a shift of a few pixels does to either, and what helps,
# - find a leak between learning and testing, and say what it made of the figure.
#
# ## Time
#
# 75 minutes: 20 for training, 15 for looking inside, 20 for shifts, 15 for the leak, 5 to talk about it.
# It needs PyTorch: `pip install "discern-ml[torch]"`, or the project's `environment.yml`.
#
# Cells that begin with `# Your turn` are for you. The cell after each says whether it is right.
# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import discern as dc
from discern.core.options import PictureOptions
from discern.workflows import look_inside

temporary = tempfile.TemporaryDirectory()  # it goes when the notebook is closed
work = Path(temporary.name)

# %% [markdown]
# ## 1. Two networks
#
# Digits of 8 by 8, each in the middle of a black field of 16 by 16, so that there is room to move them later.
# %%
digits = dc.read("sample:digits")
field = np.pad(digits.values, ((0, 0), (4, 4), (4, 4), (0, 0)))
order = np.random.default_rng(0).permutation(len(field))
learned, held_out = order[:1000], order[1000:]
data = dc.read(field[learned], digits.labels[learned])
print(data)
# %%
conv = dc.train(
    data, model="conv", layers="conv 8 same, pool, conv 16 same, pool, dense 32", epochs=12, out=work / "conv"
)
dense = dc.train(data, model="conv", layers="dense 64", epochs=12, out=work / "dense")
print(conv.evaluation)
print(dense.evaluation)

# %% [markdown]
# ### Exercise 1
#
# The first layer of the one has 8 kernels of 3 by 3 and a threshold for each; that of the other joins each of 16 x 16
# pixels to each of 64 units, again with a threshold each. How many numbers does each learn?
# %% given
# Your turn.
numbers_of_kernels, numbers_of_dense = 0, 0
# %% answer
numbers_of_kernels = 8 * (3 * 3 + 1)
numbers_of_dense = 64 * (16 * 16 + 1)
# %% check
assert numbers_of_kernels == 80, "Each of the 8 kernels has 3 x 3 numbers and one threshold."
assert numbers_of_dense == 16448, "Each of the 64 units has a number for each of 16 x 16 pixels, and one threshold."

# %% [markdown]
# ## 2. Look inside
# %%
inside = look_inside(conv, data, item=data.items["item"][0])
for layer in inside.layers:
    print(layer.name, layer.shape)
print("the vote:", [(label, round(share, 3)) for label, _, share in inside.votes[:3]])
figure, axes = plt.subplots(2, 8, figsize=(12, 3.2))
for axis, kernel in zip(axes[0], inside.kernels, strict=True):
    axis.imshow(kernel[0], cmap="gray")
for axis, found in zip(axes[1], inside.layers[1].maps, strict=False):
    axis.imshow(found, cmap="gray")
for axis in axes.ravel():
    axis.axis("off")
axes[0, 0].set_title("kernels", loc="left")
axes[1, 0].set_title("what they make of the picture", loc="left")
print(f"one step of learning: loss {inside.lesson.loss_before:.4f} before, {inside.lesson.loss_after:.4f} after")

# %% [markdown]
# ## 3. Shifts
#
# ### Exercise 2
#
# Write a function that moves pictures (pictures, height, width, channels) `by` columns to the right. Nothing falls off
# the edge here, so `np.roll` along the right axis does.


# %% given
# Your turn.
def shifted(pictures, by):
    return pictures


# %% answer
def shifted(pictures, by):
    return np.roll(pictures, by, axis=2)


# %% check
probe = np.zeros((1, 16, 16, 1), np.uint8)
probe[0, 5, 5, 0] = 255
assert shifted(probe, 2)[0, 5, 7, 0] == 255, "A point in row 5, column 5, moved by 2, should be in row 5, column 7."


# %%
def right(run, by):
    """The share of held-out digits that are recognised when they are moved."""
    answers = run.model.predict(shifted(field[held_out], by))["prediction"].to_numpy()
    return float(np.mean(answers == digits.labels[held_out]))


shifts = range(5)
shares = {"convolutional": [right(conv, by) for by in shifts], "dense": [right(dense, by) for by in shifts]}
for name, row in shares.items():
    plt.plot(shifts, row, "o-", label=name)
plt.gca().set(xlabel="columns moved", ylabel="share recognised", ylim=(0, 1))
plt.legend()

# %% [markdown]
# Kernels are the same everywhere, so that a convolutional network finds an edge wherever it is. But its last layers
# again join numbers to places: moved by one or two columns it does better than a dense network, not well, and further
# off both guess (0.1 is chance).
#
# ### Exercise 3
#
# Let the network learn from moved digits, too: put three copies of the pictures into `pictures`, moved by 0, 2 and 4
# columns (`np.concatenate`), with their labels in `labels`, and say with `groups` which belong together, so that
# copies of one digit never stand on both sides of the test.
# %% given
# Your turn.
pictures, labels, groups = field[learned], digits.labels[learned], np.arange(len(learned))
# %% answer
pictures = np.concatenate([shifted(field[learned], by) for by in (0, 2, 4)])
labels = np.tile(digits.labels[learned], 3)
groups = np.tile(np.arange(len(learned)), 3)
# %% check
assert len(pictures) == len(labels) == len(groups) == 3000, "Three copies of 1,000 pictures, with labels and groups."
assert (groups[:1000] == groups[1000:2000]).all(), "A digit and its moved copies are one group: the same number."
assert np.array_equal(pictures[2000:], shifted(field[learned], 4)), "The third copy should be moved by 4 columns."
# %%
moved = dc.read(pictures, labels, groups=[str(group) for group in groups])
layers = "conv 8 same, pool, conv 16 same, pool, dense 32"
better = dc.train(moved, model="conv", layers=layers, epochs=6, out=work / "better")
print("moved by 0 to 4 columns:", [round(right(better, by), 2) for by in shifts])

# %% [markdown]
# ## 4. The leak
#
# Drawn photographs of made-up vehicles, 16 of each, from all sides, before the same wall and with the same banner. We
# want to tell the make. First all photographs are shuffled, and some put aside for the test.
# %%
dc.sample("vehicles", work / "vehicles", n=24)
small = PictureOptions(size=(24, 36), grey=True)
sheet = work / "vehicles" / "metadata.csv"
photos = dc.read(work / "vehicles" / "photos", labels=sheet, label="make", group_from=r"(.+)_\d+", pictures=small)
plt.imshow(np.hstack([photos.values[place, :, :, 0] for place in (0, 4, 16, 20)]), cmap="gray")
plt.axis("off")
# %%
shuffled = dc.train(dc.read(photos.values, photos.labels), model="knn", k=1, out=work / "shuffled")
print(shuffled.evaluation.accuracy)

# %% [markdown]
# ### Exercise 4
#
# `photos` knows which photographs show one vehicle. Train on it, with the same model, so that a vehicle is either
# learned from or tested on; put the run into `honest`.
# %% given
# Your turn.
honest = shuffled
# %% answer
honest = dc.train(photos, model="knn", k=1, out=work / "honest")
# %% check
assert honest is not shuffled, "Train on `photos`, which carries the groups, and call the run `honest`."
assert honest.evaluation.n_groups < honest.evaluation.n_items, (
    "The groups are missing: is it `photos` that you train on?"
)
# %%
print("shuffled:", shuffled.evaluation.accuracy)
print("by vehicle:", honest.evaluation.accuracy, "guessing:", honest.evaluation.baseline_figures["accuracy"])

# %% [markdown]
# ## Questions for discussion
#
# 1. Why does a shift hurt a dense network so much?
# 2. When would it be wrong to teach a network that moved pictures are the same?
# 3. In the shuffled test the nearest neighbour of a photograph was nearly always the same vehicle. What did the model
#    learn to recognise? Where could that happen with your own data?
# 4. The interval of the honest figure is much wider, from about as many photographs. Why?
#
# ## Reading
#
# - Y. LeCun and others, "Backpropagation applied to handwritten zip code recognition", Neural Computation 1, 1989.
# - A. Azulay and Y. Weiss, "Why do deep convolutional networks generalize so poorly to small image transformations?",
#   Journal of Machine Learning Research 20, 2019.
# - S. Kapoor and A. Narayanan, "Leakage and the reproducibility crisis in machine-learning-based science", Patterns 4,
#   2023.
