"""Dictation-like phrases from small grammars: commands, notes, spelling, numbers, dates."""

import normalise

NAMES = (
    "anna ben chris david emma frank grace henry isabel jack kate laura mark nina oliver paul rachel sam tom victoria "
    "will sarah john mary james linda robert susan michael karen daniel lisa kevin maria george helen peter julia "
    "alex steve jane simon amy martin nick claire adam sophie max lucy thomas alice"
).split()
SURNAMES = "smith jones brown miller davis wilson taylor clark lewis walker hall young king wright hill scott green baker adams carter".split()
PLACES = (
    "london paris berlin boston chicago new york texas|san francisco|los angeles|the office|the airport|the station|"
    "the hotel|the kitchen|the library|seattle|dublin|sydney|toronto|the school|the park|the hospital"
).replace("london paris berlin boston chicago ", "london|paris|berlin|boston|chicago|").replace("new york texas", "new york|texas").split("|")
DAYS = "monday tuesday wednesday thursday friday saturday sunday today tomorrow tonight".split()
MONTHS = normalise.MONTHS
COMMANDS = (
    "new line|new paragraph|scratch that|delete that|undo that|undo|redo|full stop|period|comma|question mark|"
    "exclamation mark|exclamation point|colon|semicolon|open quote|close quote|open parenthesis|close parenthesis|"
    "hyphen|dash|capital letter|all caps|caps on|caps off|stop listening|start listening|go to sleep|wake up|"
    "press enter|press tab|press escape|select all|copy that|paste that|cut that|save the file|go back|go forward|"
    "scroll down|scroll up|next word|previous word|delete the last word|delete the last sentence|select that|"
    "send the message|send it|cancel|yes|no|okay|stop dictation|insert a space|at sign|dot com|slash|backslash|"
    "underscore|percent sign|dollar sign|hash|asterisk|plus sign|equals sign|smiley face|bullet point|next|"
    "numbered list|open the browser|close the window|switch window|turn it up|turn it down|volume up|volume down|"
    "hello|hello world|thank you|good morning|good night|goodbye|please|never mind|help|pause|resume|play music|"
    "what time is it|what is the weather today|set a timer|turn on the lights|turn off the lights|louder|quieter"
).split("|")
THINGS = (
    "report|invoice|letter|document|contract|budget|presentation|email|message|file|photo|book|meeting notes|agenda|"
    "keys|car|tickets|project plan|first draft|shopping list|recipe|meeting|appointment|new version|test results|"
    "release notes|schedule|proposal|house|phone|camera|computer|keyboard|window|table|data|figures|address"
).split("|")
FOOD = "milk|bread|eggs|butter|coffee|tea|sugar|apples|cheese|rice|chicken|tomatoes|onions|water|fish|salt|olive oil".split("|")
ADJECTIVES = "good great bad late early ready sure happy busy tired important urgent interesting useful small big new old nice easy hard quick long short".split()
VERBS = "send check read write finish review print sign update share open close find buy bring move change fix test order cancel".split()
LETTER_NAMES = {
    "a": "ay", "b": "bee", "c": "see", "d": "dee", "e": "ee", "f": "eff", "g": "gee", "h": "aitch", "i": "eye",
    "j": "jay", "k": "kay", "l": "ell", "m": "em", "n": "en", "o": "oh", "p": "pee", "q": "cue", "r": "are",
    "s": "ess", "t": "tee", "u": "you", "v": "vee", "w": "double you", "x": "ex", "y": "why", "z": "zee",
}
NATO = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo "
    "sierra tango uniform victor whiskey yankee zulu"
).split()

TEMPLATES = (
    "hello this is a {adj} {thing}|hello this is {name}|hello this is a test|this is a test of the {thing}|"
    "please {verb} the {thing} by {day}|please {verb} the {thing} to {name}|can you {verb} the {thing} {day}|"
    "can you please {verb} the {thing} before {clock}|i will {verb} the {thing} {day}|let's meet at {place} at {clock}|"
    "let's meet on {date}|i'll be there at {clock}|the meeting is at {clock} on {day}|the {thing} is {adj}|"
    "i think the {thing} is very {adj}|thank you for the {thing}|thanks {name} i'll {verb} it {day}|dear {name}|"
    "dear {name} thank you for your {thing}|best regards {name}|kind regards {name} {surname}|hi {name} how are you|"
    "hi {name} are you free {day}|call me when you get to {place}|i'm on my way to {place}|remind me to {verb} the {thing}|"
    "remind me to call {name} at {clock}|remind me to buy {food} and {food}|we need {food} {food} and {food}|"
    "my number is {phone}|the number is {number}|the code is {digits}|the total is {number} dollars|it costs {number} dollars|"
    "room {number}|chapter {small}|{number} divided by {small}|{small} plus {small} is {small}|the year {year}|in {year}|"
    "my birthday is {date}|on {date} {year}|{clock}|{date}|{number}|{digits}|{spell}|{spell}|it is spelled {spell}|"
    "my name is {name} {surname}|{name} {surname}|{name}|{place}|{day}|did you {verb} the {thing}|why is the {thing} so {adj}|"
    "what did {name} say about the {thing}|where is the {thing}|when can we {verb} the {thing}|who has the {thing}|"
    "i don't think that's {adj}|that's {adj}|it's too {adj}|this isn't {adj} enough|we should {verb} it again|"
    "{name} wants to {verb} the {thing} with {name}|the {adj} {thing} is in {place}|{command}|{command}|{command}|"
    "{nato}|{small} percent|{small} point {small}|note to self {verb} the {thing}|i live in {place}|open the {thing}|"
    "set a timer for {small} minutes|set an alarm for {clock}|turn the {thing} on|turn off the {thing}|"
    "is the {thing} on|what is the {thing}|set the {thing} to {small}|make it {adj}|{thing}|{adj}|{food}|{verb} it"
).split("|")


def spelled(rng, word=None):
    """Letters as separate tokens in the text, with commas so that engines read them apart."""
    length = rng.randint(1, 6)
    letters = list(word or (rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(length)))
    return ", ".join(letter.upper() for letter in letters)


def fill(rng, slot):
    if slot in ("name", "surname", "day", "adj", "verb"):
        return rng.choice({"name": NAMES, "surname": SURNAMES, "day": DAYS, "adj": ADJECTIVES, "verb": VERBS}[slot])
    if slot in ("place", "thing", "food", "command"):
        return rng.choice({"place": PLACES, "thing": THINGS, "food": FOOD, "command": COMMANDS}[slot])
    if slot == "clock":
        hour, minute = rng.randint(1, 12), rng.choice([0, 0, 5, 10, 15, 20, 30, 30, 40, 45, rng.randint(1, 59)])
        if minute == 0:
            return normalise.cardinal(hour) + rng.choice([" o'clock", " o'clock", "", " in the morning", " in the evening"])
        return normalise.cardinal(hour) + " " + ("oh " + normalise.ONES[minute] if minute < 10 else normalise.cardinal(minute))
    if slot == "date":
        day, month = normalise.ordinal(rng.randint(1, 31)), rng.choice(MONTHS)
        return rng.choice([f"{month} {day}", f"the {day} of {month}"])
    if slot == "year":
        return normalise.year(rng.randint(1900, 2035))
    if slot == "small":
        return normalise.cardinal(rng.randint(0, 99))
    if slot == "number":
        return normalise.cardinal(rng.randint(0, 10 ** rng.randint(1, 6)))
    if slot == "digits":
        return " ".join(rng.choice(normalise.ONES[:10]) for _ in range(rng.randint(1, 6)))
    if slot == "phone":
        return ", ".join(" ".join(rng.choice(normalise.ONES[:10]) for _ in range(n)) for n in (3, 3, 4))
    if slot == "nato":
        return " ".join(rng.choice(NATO) for _ in range(rng.randint(1, 5)))
    return spelled(rng, rng.choice(NAMES + SURNAMES) if rng.random() < 0.3 else None)


def phrase(rng):
    """One phrase as an engine should read it; normalise.words() gives its transcript."""
    text = rng.choice(TEMPLATES)
    while "{" in text:
        head, _, rest = text.partition("{")
        slot, _, tail = rest.partition("}")
        text = head + fill(rng, slot) + tail
    return text
