# ruff: noqa: F811
# %% [markdown]
# # Practical 2: crime notes
#
# Short notes, written in haste by many people: misspelt, full of abbreviations, and of names that must not leave the
# room. First we make them safe, then we ask what they are about. The notes are made up, with names planted in them.
#
# ## Aims
#
# After this practical you can
#
# - hide names by a list of words that may stay (a whitelist), and say why not by a list of those that must go,
# - say what risk is left in a redacted text,
# - count words, find those that stand together, and read a word in its surroundings,
# - read topics with the doubt that they deserve.
#
# ## Time
#
# 90 minutes: 30 for redaction, 15 for cleaning and cutting, 25 for words, 15 for topics, 5 to talk about it.
#
# Cells that begin with `# Your turn` are for you. The cell after each says whether it is right.
# %%
import re
import tempfile
from collections import Counter
from pathlib import Path

import polars as pl

import discern as dc
from discern import workflows
from discern.core.options import TextOptions
from discern.core.topic_options import TopicOptions

temporary = tempfile.TemporaryDirectory()  # it goes when the notebook is closed
work = Path(temporary.name)
dc.sample("notes", work / "notes", n=400)
source, text = work / "notes" / "notes.csv", TextOptions(text="note")
notes = pl.read_csv(source)
for note in notes["note"].head(4):
    print("-", note)

# %% [markdown]
# ## 1. Redaction by whitelist
#
# A list of names to hide is never complete: the next note holds a name that nobody thought of. A **whitelist** turns it
# round. What many different notes use may stay, after a person has looked; everything else is hidden, whatever it is.
# %%
suggestion = workflows.suggest_words(source, work / "words.csv", k=5, reading=text)
print(f"{suggestion.n_proposed} words are proposed, {suggestion.n_flagged} are left for a person to decide")
print(f"the proposed words make {suggestion.covered.value:.0%} of all words")
suggestion.table.filter(pl.col("flags") != "").select("word", "notes", "flags").head(8)
# %%
redaction = workflows.redact_texts(source, work / "words.csv", work / "safe.csv", reading=text)
safe = pl.read_csv(work / "safe.csv")["note"]
for before, after in zip(notes["note"].head(3), safe.head(3), strict=True):
    print(before, "\n ->", after, "\n")
print({name: count for name, count in redaction.hidden.items() if count})

# %% [markdown]
# ### Exercise 1
#
# Written forms such as e-mail addresses have a shape. Count the notes that hold an `@`, before and after.
# %% given
# Your turn.
before, after = -1, -1
# %% answer
before = int(notes["note"].str.contains("@").sum())
after = int(safe.str.contains("@").sum())
# %% check
assert before == sum("@" in note for note in notes["note"]), "Count the notes (not the signs) of the column `note`."
assert after == 0, "In the redacted notes no address should be left; is it `safe` that you count in?"

# %% [markdown]
# ### Exercise 2
#
# A person reviews the sheet. Suppose that "park" may stay: put "yes" into its cell of the column `keep` and "kept" into
# `capital`, write the sheet as `reviewed.csv`, redact again, and see that more is kept. (One works with a spreadsheet
# there; here `pl.when(pl.col("word") == "park")` does.)
# %% given
# Your turn: the result of redacting with the reviewed sheet.
reviewed = redaction
# %% answer
sheet = pl.read_csv(work / "words.csv", infer_schema=False)
asked = pl.when(pl.col("word") == "park")
sheet = sheet.with_columns(keep=asked.then(pl.lit("yes")).otherwise(pl.col("keep")))
sheet = sheet.with_columns(capital=pl.when(pl.col("word") == "park").then(pl.lit("kept")).otherwise(pl.col("capital")))
sheet.write_csv(work / "reviewed.csv")
reviewed = workflows.redact_texts(source, work / "reviewed.csv", reading=text)
# %% check
assert reviewed.kept.value > redaction.kept.value, "As much is hidden as before: is the cell `keep` of park yes now?"
assert reviewed.kept.value - redaction.kept.value < 0.05, "Much more is kept than one word: only park should change."

# %% [markdown]
# What is left is not nothing. A note may be the only one with its mixture of harmless words, and who was there knows
# whom it is about:
# %%
print(f"{redaction.risk.unique_texts.value:.0%} of the redacted notes read like no other")
print(f"{redaction.risk.pairs.value:.0%} have a pair of words that no other note has")

# %% [markdown]
# ## 2. Clean and cut
#
# Machines count what is written. Before they do, different spellings of one thing should become one, as far as that can
# be done safely; and a text has to be cut into words.
# %%
cleaned = workflows.clean_texts(source, options=text)
print(cleaned.table["note"][2], "\n->", cleaned.table["cleaned"][2])
words = workflows.split_texts(source, options=text)
stems = workflows.split_texts(source, stems=True, options=text)
print(words.table.head(3), stems.table.head(3))

# %% [markdown]
# ### Exercise 3
#
# Write your own cutter: lower-case words of letters, in their order. A regular expression does: `re.findall`.


# %% given
# Your turn.
def cut(note):
    return [note]


# %% answer
def cut(note):
    return re.findall(r"[a-z]+", note.lower())


# %% check
assert cut("Male enters SHOP. Leaves!") == ["male", "enters", "shop", "leaves"], "Lower case, letters only, in order."

# %% [markdown]
# ## 3. Words
#
# ### Exercise 4
#
# Count all words of all notes with your cutter: a `Counter` called `mine`.
# %% given
# Your turn.
mine = Counter()
# %% answer
mine = Counter(word for note in notes["note"] for word in cut(note))
# %% check
assert mine["taxi"] == sum(cut(note).count("taxi") for note in notes["note"]), "Every word of every note counts once."
assert mine["taxi"] > 20, "There should be more taxis: did you use `cut` on each note?"
# %%
frequencies = workflows.words(source, text)
print(frequencies.table.select("word", "count", "texts", "dp").head(8))
pairs = workflows.collocations(source, text)
print(pairs.table.select("collocation", "count", pairs.measure).head(8))
for line in workflows.concordance(source, "window", text, rows=4).lines:
    print(f"{line.left:>60}[{line.match}]{line.right}")
# %%
for kind, key in list(workflows.key_words_by(source, "type", text).items())[:4]:
    print(f"{kind}: {', '.join(key.table['word'].head(5))}")

# %% [markdown]
# ### Exercise 5
#
# Which word sets notes about taxi fares apart from all others most? Ask `workflows.key_words_by` and put the first word
# of the table for "taxi fare" into `key`.
# %% given
# Your turn.
key = ""
# %% answer
key = workflows.key_words_by(source, "type", text)["taxi fare"].table["word"][0]
# %% check
assert key == "taxi", f"The answer is {key!r}; look at the first row of the table for 'taxi fare'."

# %% [markdown]
# ## 4. Topics
#
# Words that keep turning up in the same notes are gathered into topics. Nobody tells the machine what the topics are;
# it names none. The words are listed, and a person says what they are about, if anything.
# %%
found = workflows.topics(source, TopicOptions(n_topics=6, restarts=1, refits=1), out=work / "topics", text=text).result
for card in found.cards:
    print(f"{card.id} ({card.n_texts} notes): {', '.join(word.word for word in card.words[:8])}")
print("coherence", found.coherence, "of random words", found.chance)

# %% [markdown]
# ## Questions for discussion
#
# 1. What would you have to know about the writers of these notes before you trust counts of their words?
# 2. After redaction most notes still read like no other. For whom is that a risk, and what could be done?
# 3. Topics come out differently with another seed. Which of them would you show to a colleague, and on what grounds?
# 4. Which of the steps of cleaning could hide what you are looking for?
# 5. Who should decide what the whitelist keeps?
#
# ## Reading
#
# - P. Samarati and L. Sweeney, "Protecting privacy when disclosing information", SRI International, 1998.
# - T. Dunning, "Accurate methods for the statistics of surprise and coincidence", Computational Linguistics 19, 1993.
# - D. M. Blei, A. Y. Ng and M. I. Jordan, "Latent Dirichlet allocation", Journal of Machine Learning Research 3, 2003.
# - J. Chang and others, "Reading tea leaves: how humans interpret topic models", NeurIPS 2009.
