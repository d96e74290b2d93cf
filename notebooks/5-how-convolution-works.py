# ruff: noqa: F811
# %% [markdown]
# # Practical 5: how convolution works
#
# A convolutional network looks at a picture through small windows. In this practical you do by hand, then with one
# call, what such a network does in its first layers: multiply, add, cut off, and shrink.
#
# ## Aims
#
# After this practical you can
#
# - work out each number of a filtered picture by hand,
# - say what stride and padding do to the size of the result,
# - tell which filters find edges, which smooth and which sharpen, from their numbers alone,
# - say what a rectifier and pooling are for.
#
# ## Time
#
# 60 minutes: 10 for the sum, 15 for sizes, 20 for kernels, 10 for rectifiers and pooling, 5 to talk about it.
# Nothing is fetched; the completed notebook runs in seconds.
#
# Cells that begin with `# Your turn` are for you. The cell after each says whether it is right.
# %%
import matplotlib.pyplot as plt
import numpy as np

from discern.images import filters
from discern.workflows import filter_picture


def draw(*pictures, titles=(), low=None, high=None):
    """Pictures side by side, small numbers written into them."""
    _, axes = plt.subplots(1, len(pictures), figsize=(3.2 * len(pictures), 3.2), squeeze=False)
    for axis, values, title in zip(axes[0], pictures, list(titles) + [""] * len(pictures), strict=False):
        values = np.asarray(values, float).squeeze()
        axis.imshow(values, cmap="gray", vmin=low, vmax=high)
        axis.set(title=title, xticks=[], yticks=[])
        if values.size <= 100:
            middle = (values.min() + values.max()) / 2
            for (row, column), value in np.ndenumerate(values):
                colour = "black" if value > middle else "white"
                axis.text(column, row, f"{value:g}", ha="center", va="center", color=colour)


# %% [markdown]
# ## 1. One sum
#
# On the left a picture of 5 by 5 ones and zeros, on the right a kernel of 3 by 3. The kernel lies on the upper left
# corner of the picture first: what lies under it is multiplied number by number, and everything is added up.
# %%
picture = filters.FIVE
cross = filters.KERNELS["cross"].matrix
draw(picture, cross, titles=("the picture", "the kernel"))

# %% [markdown]
# ### Exercise 1
#
# Work out the first sum by hand, with pencil and paper.
# %% given
# Your turn: the first sum.
first = ...
# %% answer
# The corners and the middle of the upper left 3 by 3: 1 + 1 + 1 + 1, and a 0 in the lower left corner.
first = 4
# %% check
assert first == 4, "Not yet: look at the corners and the middle of the upper left 3 by 3, and add those five numbers."
# %%
by_hand = filter_picture("sample:five", kernel="cross", padding="none")
print(by_hand)
print("the first sum, number by number:\n", by_hand.steps[0].products, "=", by_hand.steps[0].total)
draw(by_hand.stages[0].values, by_hand.result, titles=("the picture", "all nine sums"))

# %% [markdown]
# ### Exercise 2
#
# Write the whole sliding sum yourself: a function that takes a picture and a kernel (both arrays) and gives all the
# sums. Two loops are enough; `picture[row : row + 3, column : column + 3]` is what lies under a kernel of 3 by 3.


# %% given
# Your turn.
def slide(picture, kernel):
    return np.zeros((1, 1))


# %% answer
def slide(picture, kernel):
    high = picture.shape[0] - kernel.shape[0] + 1
    wide = picture.shape[1] - kernel.shape[1] + 1
    sums = np.zeros((high, wide))
    for row in range(high):
        for column in range(wide):
            under = picture[row : row + kernel.shape[0], column : column + kernel.shape[1]]
            sums[row, column] = (under * kernel).sum()
    return sums


# %% check
expected = filters.correlate(picture, cross, padding="none")
assert np.shape(slide(picture, cross)) == (3, 3), "Not yet: a kernel of 3 fits into 5 at three places each way."
assert np.allclose(slide(picture, cross), expected), f"The size is right, the sums are not yet; they are\n{expected}"
assert np.shape(slide(np.ones((6, 4)), np.ones((2, 3)))) == (5, 2), "It should work for other sizes of both, too."

# %% [markdown]
# ## 2. Sizes: padding and stride
#
# Nine sums of 25 pixels: the picture got smaller. **Padding** lays a frame of zeros around it first, so that it keeps
# its size. **Stride** is how far the kernel moves from one sum to the next.
# %%
for padding, stride in (("none", 1), ("same", 1), ("same", 2)):
    found = filter_picture("sample:five", kernel="cross", padding=padding, stride=stride)
    print(f"padding {padding}, stride {stride}: {found.stages[0].shape[:2]} becomes {found.stages[1].shape[:2]}")

# %% [markdown]
# ### Exercise 3
#
# A photograph of 100 by 100 is filtered by a kernel of 7 by 7. How many rows has the result without padding and
# stride 1? And with the padding that keeps the size, and stride 3? Say it before you try it.
# %% given
# Your turn.
without_padding = ...
stride_three = ...
# %% answer
without_padding = 100 - 7 + 1
stride_three = 34  # rows 0, 3, 6, ..., 99
# %% check
photograph = np.zeros((100, 100))
kernel = np.ones((7, 7))
sizes = [len(filters.correlate(photograph, kernel, padding=p, stride=s)) for p, s in (("none", 1), ("same", 3))]
assert without_padding == sizes[0], "Without padding: the last place of the kernel ends at the last pixel. Count again."
assert stride_three == sizes[1], "With stride 3 sums are taken at rows 0, 3, 6 and so on. How many are below 100?"

# %% [markdown]
# ## 3. What kernels see
#
# A made-up photograph: a bright disc and a square on a slope of grey, with a little noise.
# %%
rng = np.random.default_rng(0)
rows, columns = np.mgrid[:96, :96]
scene = 60 + 0.6 * columns + rng.normal(0, 4, (96, 96))
scene[(rows - 34) ** 2 + (columns - 34) ** 2 < 18**2] += 90
scene[58:86, 54:84] -= 40
scene = scene.clip(0, 255)
names = ("identity", "blur", "sobel-x", "sobel-y", "edges")
results = [filter_picture(scene, kernel=name, edge="nearest").result for name in names]
draw(*results, titles=names)
# %%
for kernel in filters.KERNELS.values():
    print(f"{kernel.name}: adds up to {kernel.total:g}; {kernel.says}\n{kernel.matrix.round(2)}\n")

# %% [markdown]
# ### Sharpen, and what some books print under that name
#
# The **Laplacian** adds up to 0: of an even area nothing is left, only edges. **Sharpen** is the picture plus its
# Laplacian: it adds up to 1, so the picture stays and its edges stand out. Some books print the first matrix under the
# name of the second.
#
# ### Exercise 4
#
# Make the kernel of sharpen out of `identity` and `laplacian`.
# %%
identity, laplacian = filters.KERNELS["identity"].matrix, filters.KERNELS["laplacian"].matrix
# %% given
# Your turn.
my_sharpen = identity
# %% answer
my_sharpen = identity + laplacian
# %% check
assert np.allclose(my_sharpen, filters.KERNELS["sharpen"].matrix), "Not yet: the picture and its edges, added together."
# %%
both = [filter_picture(scene, kernel=kernel, edge="nearest").result for kernel in ("laplacian", my_sharpen)]
draw(scene, *both, titles=("as it is", "laplacian", "sharpen"), low=0, high=255)

# %% [markdown]
# ### Exercise 5
#
# Write a kernel of 3 by 3 that answers to the upper edge of the square (bright above, dark below) with large positive
# numbers, to its lower edge with negative ones, and to an even area with 0.
# %% given
# Your turn.
top_edge = np.zeros((3, 3))
# %% answer
top_edge = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
# %% check
seen = filters.correlate(scene, top_edge, edge="nearest")
assert abs(np.sum(top_edge)) < 1e-9, "An even area should give 0: what must the nine numbers add up to?"
assert seen[56:60, 60:78].mean() > 20, "The upper edge of the square should give large positive numbers."
assert seen[84:88, 60:78].mean() < -20, "The lower edge of the square should give large negative numbers."

# %% [markdown]
# ## 4. Rectify and pool
#
# A **rectifier** cuts off what is below 0: `relu` keeps "there is such an edge here" and forgets "there is the
# opposite". **Pooling** keeps one number of each square, so that the picture shrinks and what was found may lie a pixel
# further left or right.
# %%
found = filter_picture(scene, kernel=top_edge, edge="nearest", rectify="relu", pool=("max", 4))
print(found)
draw(*(stage.values for stage in found.stages), titles=[stage.name for stage in found.stages])

# %% [markdown]
# ### Exercise 6
#
# Pool the small picture below by the largest of each square of 2 by 2, by hand.
# %%
small = np.array([[1, 3, 0, 2], [4, 2, 1, 1], [0, 0, 5, 6], [1, 0, 7, 2]])
draw(small)
# %% given
# Your turn: two rows of two numbers.
pooled = [[0, 0], [0, 0]]
# %% answer
pooled = [[4, 2], [1, 7]]
# %% check
assert np.array_equal(pooled, filters.pool(small, 2, "max")), "Not yet: the largest of each square of 2 by 2."

# %% [markdown]
# ## Questions for discussion
#
# 1. Books say *convolution* and turn the kernel by half a turn first. Why does it make no difference to a network that
#    learns its kernels?
# 2. Which kernels of the list keep the brightness of a picture, and how can you tell from their numbers?
# 3. What does a network lose when it pools? When would that be a bad bargain?
# 4. A network learns its kernels from examples. What would you expect of its first ones?
#
# ## Reading
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition",
#   Proceedings of the IEEE 86, 1998.
# - V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016.
# - I. Sobel, "An isotropic 3x3 image gradient operator", 1968 (published 2014).
