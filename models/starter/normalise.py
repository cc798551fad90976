"""Text as the speech model hears it: lower-case words of a-z and apostrophe.

Digits become words the way an English speaker reads them; sentences with anything that
has no single reading (unknown symbols, abbreviations, acronyms) are refused.
"""

import re

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = ". . twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}
MONTHS = (
    "january february march april may june july august september october november december"
).split()


def cardinal(n):
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (" " + ONES[n % 10] if n % 10 else "")
    if n < 1000:
        rest = n % 100
        return ONES[n // 100] + " hundred" + (" and " + cardinal(rest) if rest else "")
    for size, word in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if n >= size:
            rest = n % size
            return f"{cardinal(n // size)} {word}" + (" " + cardinal(rest) if rest else "")
    raise ValueError(n)


def ordinal(n):
    head, _, last = cardinal(n).rpartition(" ")
    if last in ORDINALS:
        last = ORDINALS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return (head + " " + last).strip()


def year(n):
    high, low = divmod(n, 100)
    if 2000 <= n < 2010 or low == 0 and high % 10 == 0:
        return cardinal(n).replace(" and ", " ") if n < 2001 else cardinal(n).replace("thousand ", "thousand and ")
    if low == 0:
        return cardinal(high) + " hundred"
    return cardinal(high) + " " + ("oh " + ONES[low] if low < 10 else cardinal(low))


def digits(text):
    return " ".join(ONES[int(c)] for c in text)


def _number(match):
    whole, fraction = match.group(1).replace(",", ""), match.group(2)
    if len(whole) > 9 or (len(whole) > 1 and whole[0] == "0"):
        spoken = digits(whole)
    elif re.fullmatch(r"1[1-9]\d\d|20[0-4]\d", match.group(1)) and not fraction:
        spoken = year(int(whole))
    else:
        spoken = cardinal(int(whole))
    return spoken + (" point " + digits(fraction) if fraction else "")


def _money(match):
    unit = {"$": "dollar", "£": "pound", "€": "euro"}[match.group(1)]
    whole, cents, scale = int(match.group(2).replace(",", "")), match.group(3), match.group(4)
    if scale:
        number = cardinal(whole) + (" point " + digits(cents) if cents else "")
        return f"{number} {scale} {unit}s"
    spoken = f"{cardinal(whole)} {unit}" + ("" if whole == 1 else "s")
    if cents and int(cents):
        spoken += " and " + cardinal(int(cents)) + (" pence" if unit == "pound" else " cents")
    return spoken


def _clock(match):
    hour, minute = int(match.group(1)), int(match.group(2))
    if hour > 24 or minute > 59:
        return match.group(0)
    if minute == 0:
        return cardinal(hour) + " o'clock"
    return cardinal(hour) + " " + ("oh " + ONES[minute] if minute < 10 else cardinal(minute))


def speak_numbers(text):
    """Digits, money, percents, times and ordinals as words; the rest untouched."""
    text = re.sub(r"([$£€])(\d[\d,]*)(?:\.(\d\d?))?(?: (million|billion))?", _money, text)
    text = re.sub(r"\b(\d{1,2}):(\d\d)\b", _clock, text)
    text = re.sub(r"\b(\d+)(st|nd|rd|th)\b", lambda m: ordinal(int(m.group(1)[-9:])), text)
    text = re.sub(
        r"\b((?:%s)) (\d{1,2})\b(?!:)" % "|".join(m.capitalize() for m in MONTHS),
        lambda m: f"{m.group(1)} {ordinal(int(m.group(2)))}", text,
    )
    text = re.sub(r"\b((?:1\d|20)\d)0s\b", lambda m: re.sub(r"y$", "ies", year(int(m.group(1) + "0"))), text)
    text = re.sub(r"(\d)%", r"\1 percent", text)
    return re.sub(r"\b(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\b", _number, text)


QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "æ": "ae", "œ": "oe",
                        "—": " ", "–": " ", "…": " ", "é": "e", "è": "e", "ê": "e", "ë": "e", "ç": "c", "ï": "i",
                        "á": "a", "à": "a", "â": "a", "ä": "a", "ö": "o", "ô": "o", "ó": "o", "ü": "u", "ú": "u",
                        "í": "i", "î": "i", "ñ": "n", "å": "a"})
SPLIT = re.compile(r"[^a-z' ]+")


TITLES = {"mr": "mister", "mrs": "missus", "dr": "doctor"}


def words(text):
    """Reference normalisation, also used for scoring: a-z and inner apostrophes only."""
    text = speak_numbers(text.translate(QUOTES)).lower()
    text = re.sub(r"\b(mrs|mr|dr)\b\.?(?= )", lambda m: TITLES[m.group(1)], text)
    text = text.replace("&", " and ").replace("%", " percent ")
    text = SPLIT.sub(" ", text)
    return " ".join(w.strip("'") for w in text.split() if w.strip("'"))


ABBREVIATION = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Col|Capt|Lt|Sen|Rep|Gov|Jr|Sr|Inc|Ltd|Co|Corp|No|vs|etc|e\.g|i\.e|a\.m|p\.m|"
    r"Ave|Rd|Vol|pp|ca|cf|al|Fig)\."
)


def speakable(text):
    """The sentence with its numbers as words, or None if its reading is uncertain."""
    text = speak_numbers(text.translate(QUOTES)).strip()
    for short, full in (("Mr.", "Mister"), ("Mrs.", "Missus"), ("Dr.", "Doctor")):
        text = text.replace(short, full)
    if ABBREVIATION.search(text) or re.search(r"\b[A-Z]{2,}|\b[A-Z]\.|[a-z][A-Z]|\.[a-zA-Z]", text):
        return None
    if not re.fullmatch(r"[A-Za-z' ,.?!;:\"()\-]+", text):
        return None
    return re.sub(r"[\"()]", "", text)
