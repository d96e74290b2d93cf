"""The terms of the glossary: what each means, and how it stands on a page. See `glossary`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One word of the field."""

    name: str
    says: str
    """What it means, the essence in the first sentence; words in backticks are code."""
    seen: str = ""
    """A regular expression for how it stands on pages, without regard to capitals; empty for one that pages do not
    use, or use in its everyday sense."""
    more: str = ""
    """What docs/glossary.md adds: Markdown with links."""


def _t(name: str, says: str, seen: str | None = None, more: str = "") -> Term:
    return Term(name, says, name.lower() if seen is None else seen, more)


FIGURES = (
    _t(
        "95 % range",
        "Where the true figure is expected: another test part of the same size and source would have given a slightly "
        "different one. In 95 of 100 such measurements the range (a 95 % confidence interval) holds it. It speaks of "
        "chance alone, not of items of another kind.",
        r"95(?:&#8239;| |\u202f)% (?:range|interval)s?|ranges? in which (?:it|that|the difference) likely lies"
        r"|confidence intervals?",
        "See [](explanation/figures.md).",
    ),
    _t(
        "Accuracy",
        "The share of items that are answered rightly. Where one class is frequent it is high for a model that knows "
        "nothing, so compare it with the baseline.",
    ),
    _t(
        "Average precision",
        "Precision averaged over all recalls, as the threshold falls: 1 when every alarm that is right is raised "
        "before any that is wrong.",
    ),
    _t(
        "Balanced accuracy",
        "The share found of each class, averaged over the classes, so that small classes count as much as large ones. "
        "Guessing gives 1 / the number of classes.",
    ),
    _t(
        "Baseline",
        "What costs nothing: always giving the most frequent answer, or for numbers always the mean. A model must be "
        "better.",
        "baselines?",
    ),
    _t("F1", "The harmonic mean of precision and recall: high only when both are."),
    _t(
        "Kappa",
        "Agreement with the truth beyond chance (Cohen 1960): 0 is guessing with the right frequencies, 1 is always "
        "right.",
    ),
    _t(
        "Log loss",
        "How far the stated probabilities are from the truth: the mean of minus the logarithm of the probability that "
        "was given to the true class, in nats. Lower is better; sure mistakes cost most.",
    ),
    _t("Macro F1", "F1 of each class, averaged over the classes."),
    _t(
        "Mean error",
        "How far an answer is off on average, up or down, in the unit of what is predicted: the mean absolute error.",
        "mean error|mean absolute error|MAE",
    ),
    _t("Median error", "Half of the answers are off by less than this."),
    _t(
        "Precision",
        "Of the items that were given a label, the share that truly has it. 1 minus precision is the share of false "
        "alarms among the answers.",
    ),
    _t(
        "R²",
        "The share of the differences between items that the answers account for: 0 is giving the mean, 1 is perfect, "
        "below 0 is worse than the mean.",
        "R²|R2",
    ),
    _t(
        "Recall",
        "Of the items that truly have a label, the share that was found. Also called sensitivity. 1 minus recall is "
        "the share that was missed.",
    ),
    _t(
        "Root mean squared error",
        "How far answers are off, where large errors count for more: the root of the mean of the squared errors, in "
        "the unit of what is predicted.",
        "root mean squared error|RMSE",
    ),
    _t(
        "p",
        "How often chance alone would give as much as was found, if there were nothing to find. Small means: chance is "
        "a poor explanation. It does not say how large or how important the effect is.",
        r"p-values?|(?-i:p)",
    ),
    _t(
        "Bootstrap",
        "Items, or whole groups, are drawn again and again with replacement and the figure is computed for each draw; "
        "the spread of these gives its range (Efron and Tibshirani 1993).",
    ),
    _t(
        "Standard deviation",
        "How far values spread about their mean: about two in three lie within one of it.",
        "standard deviations?",
    ),
    _t(
        "Standard error",
        "How far an estimate would typically be off by chance, if it were measured anew.",
        "standard errors?",
    ),
)
DATA = (
    _t(
        "Class",
        "One of the answers that there are, such as a digit or a make; also the items that have it as their label.",
        "class(?:es)?",
    ),
    _t(
        "Label",
        "What a person says that an item is: the truth that a model learns from and is measured against.",
        "labels?",
    ),
    _t(
        "Group",
        "Items that belong together, such as photographs of one vehicle or posts of one author. They are never divided "
        "between learning and testing, and where they matter ranges are drawn over groups. In clusters: items that are "
        "more like each other than like the rest.",
        "groups?",
    ),
    _t("Train", "The part that the model learns from.", r"training(?: and the validation)? part|\Atrain\Z"),
    _t(
        "Validation",
        "The part by which choices are made: which model, when to stop, which setting. It is not the test.",
    ),
    _t(
        "Test",
        "The part that nothing has learned from and nothing was chosen by. The figures are measured on it; each look "
        "at it is written down.",
        r"test part|tested items?|\Atest\Z",
    ),
    _t(
        "Folds",
        "Items are dealt into a few parts, and each is answered by a model that learned from the others, so that every "
        "item is answered once by one that did not know it.",
        "folds?",
    ),
    _t(
        "Leak",
        "Anything by which the test part is known while learning, such as copies, photographs of one thing on both "
        "sides, or a column that gives the target away. Figures with a leak are too good.",
        "leaks?",
    ),
    _t(
        "Near-duplicates",
        "Items that are almost the same, such as a picture saved twice. They are kept on one side of the division.",
        "near-duplicates?|near-cop(?:y|ies)",
    ),
    _t(
        "Audit",
        "The audit looks at the data before anything is learned; what is wrong is a finding, with a code, the items, "
        "and what to do.",
        more="Each has a page under [](findings/index.md).",
    ),
    _t(
        "Fingerprint",
        "A SHA-256 over names, labels, groups and contents of all items. Two data sets with the same fingerprint are "
        "the same.",
    ),
    _t(
        "Outlier",
        "An item that lies far from all others: a mistake in the data, or what is most worth a look.",
        "outliers?",
    ),
)
LEARNING = (
    _t(
        "Probability",
        "How sure the model says it is. Whether 80 % comes true 80 times of 100 is another question: see calibration.",
        "probabilit(?:y|ies)",
    ),
    _t(
        "Calibration",
        "Whether stated probabilities come true as often as they say. A model may be accurate and yet too sure of "
        "itself.",
        "calibration|calibrated",
    ),
    _t("Softmax", "The last step of a network: it makes scores into probabilities that add up to 1."),
    _t("Epoch", "One pass over all items that are learned from.", "epochs?"),
    _t(
        "Layer",
        "One step of a network. `conv` slides learned kernels over the picture, `pool` keeps one value of each square, "
        "`dense` joins every number to every unit, `flatten` lays maps out as one row of numbers.",
        "layers?",
    ),
    _t("Parameters", "The numbers that a model learns, also called weights."),
    _t(
        "Loss",
        "The one number that learning makes small, such as cross entropy, or the mean squared error.",
    ),
    _t(
        "Cross entropy",
        "Minus the logarithm of the probability that a network gives to the true class, in nats: the log loss, as what "
        "learning makes small. The surer a mistake, the harder it pulls.",
    ),
    _t(
        "Squared error",
        "The square of what an answer is off by. Of probabilities: summed over the classes, 0 where all is right and "
        "sure, 2 where all is wrong and sure (Brier 1950).",
        "squared errors?(?: of the probabilit(?:y|ies))?",
    ),
    _t(
        "Overfitting",
        "Doing much better on what was learned from than on other items: learning by heart.",
        r"overfit\w*|learn(?:s|ed)? by heart|memorise",
    ),
    _t(
        "Confusion",
        'Which class was taken for which: a row for each truth, a column for each answer. Reports call it "what is '
        'taken for what".',
        "confusion|mix-ups|taken for what",
    ),
    _t(
        "Exchanged labels",
        "Labels put into random order, to see what learning gives where there is nothing to learn. True labels must do "
        "better.",
    ),
    _t(
        "Slice",
        "Some of the test items, such as those of one year or one camera, measured by themselves.",
        "slices?",
    ),
    _t(
        "Threshold",
        "The probability from which on the answer is yes: the lower, the more alarms, right and wrong.",
        "thresholds?",
    ),
    _t(
        "Operating point",
        "The threshold that a model is used with, chosen by what a miss and a false alarm cost.",
        "operating points?",
    ),
    _t("False alarm", "An item that was given a label which it does not have.", "false alarms?"),
    _t("Prevalence", "How frequent a label is where the model will be used."),
)
REASONS = (
    _t(
        "Coefficient",
        "What one more of a column changes in the answer, while all other columns are held fixed.",
        "coefficients?",
    ),
    _t(
        "Least squares",
        "The line, or the sum of columns, whose squared errors add up to least.",
        "(?:ordinary )?least squares",
    ),
    _t(
        "Log-odds",
        "The logarithm of how much more likely yes is than no: 0 at 50 %, 1 more makes yes 2.7 times as likely against "
        "no.",
    ),
    _t(
        "Residual",
        "What is left of a value when the answer is taken away: how far off the answer is, and to which side.",
        "residuals?",
    ),
    _t(
        "Leverage",
        "How unusual a row is in its columns, and so how hard it can pull a line to itself.",
    ),
    _t(
        "VIF",
        "How many times larger the variance of a coefficient is because its column goes with others (variance "
        "inflation factor): 1 is not at all, from 10 on the columns can hardly be told apart.",
    ),
    _t(
        "Correlation",
        "How closely two columns go together on a straight line, from −1 to 1; 0 is not at all. It says nothing about "
        "what causes what.",
        "correlations?|correlated",
    ),
    _t(
        "Grad-CAM",
        "Where in a picture the last feature maps speak for the answer (Selvaraju and others 2017).",
    ),
    _t(
        "Integrated gradients",
        "What each pixel adds to the answer on the way from a grey picture to this one (Sundararajan and others 2017).",
    ),
    _t(
        "Occlusion",
        "What the answer loses when a patch of the picture is covered; it works for any model (Zeiler and Fergus "
        "2014).",
    ),
    _t(
        "Feature map",
        "What one kernel of a layer makes of a picture: bright where it finds what it looks for.",
        "feature maps?",
    ),
)
SERIES = (
    _t("Forecast", "What is said about values to come, from those that are known.", "forecasts?"),
    _t(
        "MASE",
        "The mean absolute error of forecasts against that of the baseline in the past that was learned from: below 1 "
        "is better than the baseline was there.",
    ),
    _t("Horizon", "How far ahead a forecast reaches."),
    _t(
        "Temperature",
        "How far a writing net departs from what is most likely: low keeps to it, high dares more. Of a classifier: "
        "the one number by which its scores are divided so that its probabilities come true.",
    ),
)
TEXTS = (
    _t("Topic", "Words that keep turning up in the same texts. It has no name until a person gives one.", "topics?"),
    _t(
        "Coherence",
        "How much more often the first words of a topic stand in the same texts than chance would have it, from −1 to "
        "1 (NPMI).",
        "coherence|NPMI",
    ),
    _t(
        "Stability",
        "How far the same groups, or the words of a topic, come again from one half of the items, or one fit, to "
        "another.",
    ),
    _t(
        "Silhouette",
        "How much nearer an item lies to its own group than to the next, from −1 to 1.",
        "silhouettes?",
    ),
    _t(
        "Stop words",
        'Frequent words that say little about a text, such as "the", left out of some counts.',
        "stop words?",
    ),
    _t("Whitelist", "The words that may stay when texts are redacted; everything else is hidden.", "whitelists?"),
    _t("Collocation", "Words that stand together more often than by chance.", "collocations?"),
    _t("Concordance", "Every place where a word stands, with what is around it."),
)
PRACTICALS = (
    _t(
        "Convolution",
        "A kernel slides over a picture; what lies under it is multiplied and added up. Networks correlate, where "
        "books turn the kernel by half a turn first.",
        "convolutions?",
    ),
    _t("Kernel", "The small matrix that slides over a picture: written by a person, or learned.", "kernels?"),
    _t("Stride", "How far a kernel moves from one sum to the next."),
    _t("Padding", "The frame laid around a picture so that it keeps its size."),
    _t(
        "Pooling", "Keeping one value of each square of a feature map: its largest, smallest or mean.", "pooling|pooled"
    ),
    _t("Rectifier", "What cuts off, or bends, values below 0.", "rectifiers?|rectified"),
    _t(
        "Gradient descent",
        "Learning in small steps: each parameter is moved a little in the direction in which the loss falls. With few "
        "items a step, chosen at random, it is called stochastic (SGD).",
    ),
)
CHAPTERS: Mapping[str, tuple[Term, ...]] = {
    "Figures": FIGURES,
    "Data and parts": DATA,
    "Models and learning": LEARNING,
    "Reasons": REASONS,
    "Series": SERIES,
    "Texts and groups": TEXTS,
    "Pictures and the practicals": PRACTICALS,
}
