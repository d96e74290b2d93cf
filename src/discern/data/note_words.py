"""What made-up crime notes are made of: sentences with slots for each kind of crime, and what goes into the slots.

`{slot}` is filled from `SLOTS` (or planted: names in capitals), `[enters|entered]` follows the author's tense, and
`(a|b|)` takes one of them by chance. Everything here is invented; nothing is taken from a real note.
"""

from __future__ import annotations

_FIRST = """
Mark Will Rose Grace Hope Faith Joy Frank Rob Bill Sue Pat Jack Dawn Ray Gene Olive Daisy Amir Aisha Bethany Callum
Chloe Connor Deepa Declan Eleanor Emeka Farah Gareth Hannah Ibrahim Imogen Jasmine Kieran Kofi Leila Liam Magda Mateusz
Megan Nadia Niamh Oluwaseun Owen Patrick Priya Rhys Sanjay Sapna Siobhan Stacey Tariq Tomasz Wei Yasmin Zara
"""
_LAST = """
Cook Baker Marsh Young Price Church Bird Stone Ellison Hargreave Pemberton Oyelaran Kowalczyk Thistlewood Rahman
Venkatesan Macallister Abernethy Blenkinsop Fairweather Okonkwo Szymanski Quarmby Tattersall Wolstenholme Yeardley
Dhillon Ferreira Gallimore Iqbal Jankowski Lutterworth Nwosu Ormerod Penhaligon Ravenscroft Sutcliffe Trevanion
"""
_WORDS = """
Mark Will Rose Grace Hope Faith Joy Frank Rob Bill Sue Pat Jack Dawn Ray Gene Olive Daisy Cook Baker Marsh Young Price
Church Bird Stone
"""
FIRST_NAMES = _FIRST.split()
SURNAMES = _LAST.split()
WORDS_TOO = frozenset(_WORDS.split())
"""Planted names that are words as well: a list of words that are safe to keep must not let them through."""

SLOTS: dict[str, tuple[str, ...]] = {
    "offender": ("offender", "suspect", "unknown male", "unknown offender", "offender(s) unknown", "male suspect",
                 "female suspect", "person(s) unknown", "male"),
    "suspect": ("suspect", "offender", "male", "unknown male", "male passenger", "female", "youth"),
    "people": ("a group of youths", "two males", "three males", "two females", "a male and a female",
               "several persons"),
    "ip": ("injured party", "IP", "victim", "aggrieved", "complainant", "caller"),
    "street": ("{road} (Road|Street|Lane|Avenue|Close|Drive|Way|Terrace)",),
    "road": ("Alder", "Station", "Mill", "Chapel", "Victoria", "Orchard", "Quarry", "Harbour", "Albert", "Beacon",
             "Sycamore", "Bridge", "Priory", "Windmill", "Castle", "Meadow", "North", "Park", "Ferry", "Granary"),
    "area": ("the city centre", "the city centre", "{TOWN} city centre", "the {TOWN} area", "the bus station",
             "the railway station", "the industrial estate", "the retail park", "the market square", "the harbour"),
    "vehicle": ("{colour} {make}", "{make}", "{colour} (van|hatchback|estate car|saloon|4x4|moped)"),
    "make": ("Arvo Mint", "Arvo Sorrel", "Brenta Largo", "Brenta Andante", "Corvid Rook", "Corvid Jay", "Dalen Fell",
             "Dalen Tarn"),
    "colour": ("black", "silver", "red", "blue", "white", "grey", "dark green", "navy", "yellow"),
    "clothes": ("grey hooded top", "black tracksuit", "dark jacket and jeans", "red baseball cap",
                "work boots and hi vis",
                "black puffer jacket", "green parka", "face mask and gloves", "blue jeans and white trainers"),
    "build": ("slim build", "stocky build", "approx 5ft 8", "over 6ft tall", "approx 20 years", "aged 30 to 40",
              "with a local accent", "with a beard", "with short dark hair", "with a tattoo on the neck"),
    "phone": ("mobile phone", "mobile phone", "black mobile phone", "Nimbus 7 mobile phone", "Pebble X mobile phone",
              "rose gold mobile phone", "work mobile phone"),
    "jewel": ("gold ring", "watch", "gold chain", "necklace of sentimental value", "pair of earrings", "bracelet"),
    "goods": ("{jewel}", "{jewel} and cash", "laptop", "games console", "tablet computer", "passport", "car keys",
              "quantity of cash", "camera", "bank cards", "perfume", "power tools"),
    "shopping": ("three bottles of spirits", "razor blades", "packs of meat", "baby milk", "cosmetics", "two jackets",
                 "joints of lamb", "boxes of chocolate", "headphones", "a coffee machine", "laundry tablets",
                 "steaks"),
    "shop": ("shop", "store", "supermarket", "off licence", "chemist", "sports shop", "department store",
             "garden centre"),
    "pub": ("public house", "licensed premises", "night club", "bar", "wine bar", "social club", "The Grey Heron",
            "The Mark and Anchor", "The Olive Branch"),
    "tool": ("screwdriver", "crowbar", "brick", "hammer", "garden spade", "bolt croppers", "unknown implement",
             "rock"),
    "entry": ("rear door", "kitchen window", "front door", "patio doors", "ground floor window", "side window",
              "rear gate",
              "insecure window", "conservatory door", "letter box"),
    "object": ("wing mirror", "front window", "shop window", "bus shelter", "garden fence", "rear windscreen",
               "door panel",
               "phone box", "headstone", "car bonnet", "fence panels", "glass door", "school window"),
    "means": ("throws a stone at|threw a stone at", "kicks|kicked", "punches|punched", "scratches|scratched",
              "pulls at|pulled at", "sprays paint on|sprayed paint on", "smashes|smashed"),
    "injury": ("a cut lip", "bruising to the face", "a broken nose", "a cut above the eye", "no visible injury",
               "reddening to the neck", "a swollen eye", "a red mark on the cheek", "a chipped tooth"),
    "money": ("£{N9}.{N9}0", "£{N9}{N9}", "£{N9}{N9}0", "£{N9},{N9}00", "£{N9}{N9}.50", "approx £{N9}00"),
    "fare": ("£{N9}.{N9}0", "£1{N9}", "£2{N9}", "£1{N9}.50", "£3{N9}.00"),
    "between": ("between {HH}00 and {LATER}30 hrs", "at about {HH}.{M5} hrs", "overnight", "at approx {HH}{M5} hrs",
                "in the early hours", "sometime since yesterday", "during the afternoon", "over the weekend",
                "on {DAY}", "on {SHORTDATE}"),
    "away": ("towards {street}", "towards the city centre", "on foot", "on a pedal cycle", "in a {vehicle}",
             "in an unknown direction", "across the park", "into a waiting vehicle {PLATE}",
             "through the rear alley"),
    "exhibit": ("CCTV seized", "CCTV to be viewed", "forensics requested", "SOCO to attend", "statement to follow",
                "house to house completed", "photographs taken", "no CCTV in the area", "scene preserved"),
    "relation": ("neighbour", "partner", "sister", "brother", "manager", "landlord", "son", "mother", "colleague",
                 "friend"),
    "seller": ("an online market place", "a social media page", "a text message", "a telephone call",
               "an auction site"),
    "pretext": ("the bank", "a delivery firm", "the tax office", "a broadband provider", "a builder",
                "a police officer",
                "a family member"),
    "bike": ("mountain bike", "pedal cycle", "road bike", "electric bike", "child's bicycle", "hybrid cycle"),
}  # fmt: skip

KEPT = frozenset(
    (
        "offender",
        "suspect",
        "people",
        "ip",
        "vehicle",
        "phone",
        "pub",
        "shop",
        "object",
        "bike",
        "area",
        "tool",
        "pretext",
    )
)
"""Slots that mostly keep, through one note, what filled them first."""

TYPES: dict[str, tuple[int, tuple[int, ...], tuple[str, ...], tuple[str, ...]]] = {
    "taxi fare": (14, (22, 23, 0, 1, 2, 3, 4), (
        "{suspect} [gets|got] into taxi in {area} and [asks|asked] taxi driver to go to {street}",
        "taxi driver [picks|picked] up {people} from {pub} in {area}",
        "{suspect} [hails|hailed] a taxi outside the {pub} and [is|was] taken to {street}",
        "taxi driver {NAME} [collects|collected] {people} {between} from {area}",
        "fare of {fare} agreed with the taxi driver before setting off from {area}",
    ), (
        "on arrival {suspect} [opens|opened] the door and [makes|made] off without paying the fare of {fare}",
        "{suspect} [runs|ran] off without paying, taxi driver [calls|called] police",
        "{suspect} [refuses|refused] to pay and [leaves|left] without paying {fare}",
        "(all|both) [get|got] out at the lights and [run|ran] {away} without paying",
        "{suspect} [kicks|kicked] the door on leaving causing damage to the taxi {PLATE}",
        "card payment [is|was] declined and {suspect} [decamps|decamped] {away} without paying",
        "taxi driver [follows|followed] {suspect} but [loses|lost] sight, taxi driver [calls|called] police",
    )),
    "mobile phone": (15, (12, 13, 15, 16, 17, 20, 22, 23, 1), (
        "{ip} [leaves|left] {phone} on the table in {pub}",
        "{ip} [is|was] walking along {street} using a mobile phone",
        "{ip} [is|was] dancing in {pub} with {phone} in back pocket",
        "{suspect} on a moped [rides|rode] up behind {ip} in {area}",
        "{suspect} [asks|asked] {ip} for the time in {area}",
        "{ip} {NAME} [puts|put] {phone} in bag while shopping in {area}",
    ), (
        "{suspect} [snatches|snatched] the {phone} from hand and [makes|made] off {away}",
        "on return the {phone} [has|had] gone",
        "{suspect} [takes|took] the mobile phone from pocket unseen",
        "{ip} [rings|rang] the mobile phone {PHONE} and it [is|was] switched off",
        "number of the stolen mobile phone [is|was] {PHONE}, network informed",
        "tracking [shows|showed] the mobile phone at {street}",
        "mobile phone valued at {money}, IMEI to follow, {ip} [calls|called] police from a friends house",
    )),
    "damage": (15, (0, 1, 2, 15, 16, 18, 19, 21, 22, 23), (
        "{offender} [{means}] {object} of {ip} causing damage",
        "{offender} [uses|used] {tool} to strike {object} causing damage to the value of {money}",
        "{people} seen by {object} in {street} {between}",
        "{ip} [parks|parked] {vehicle} {PLATE} on {street} {between}",
        "{offender} [{means}] {object} of premises in {area}",
        "{offender} [throws|threw] {tool} through window causing damage",
    ), (
        "{ip} [returns|returned] to find {object} broken",
        "a deep scratch mark along the whole side, causing damage of {money}",
        "{people} [run|ran] off {away}",
        "{ip} [hears|heard] a bang, [looks|looked] out and [calls|called] police",
        "ongoing dispute with {relation} {NAME} who may be responsible",
        "repeat victim, third report of causing damage this month",
        "no entry gained and nothing taken",
    )),
    "burglary": (14, (0, 1, 2, 3, 4, 9, 11, 13, 14, 19), (
        "{offender} [gains|gained] entry to dwelling via {entry} {between}",
        "{offender} [forces|forced] {entry} with {tool}",
        "{ip} {NAME} [locks|locked] up and [goes|went] out {between}",
        "{offender} [smashes|smashed] {entry} with {tool} causing damage and [climbs|climbed] in",
        "{offender} [knocks|knocked] claiming to be from {pretext} and [distracts|distracted] {ip}",
        "{offender} [enters|entered] insecure garden shed on {street} {between}",
    ), (
        "untidy search of (bedrooms|all rooms|the lounge|drawers), {goods} and {goods} taken",
        "{offender} [removes|removed] {goods} and [exits|exited] via same",
        "keys to {vehicle} {PLATE} taken and vehicle driven off",
        "{ip} [wakes|woke] to noise, [calls|called] police and {offender} [leaves|left] {away}",
        "neighbour {NAME} of {HOUSE} {street} {POSTCODE} [hears|heard] glass breaking",
        "alarm not set, {goods} taken to the value of {money}",
        "footwear mark found on the sill",
    )),
    "shop theft": (15, (9, 10, 11, 12, 13, 14, 15, 16, 17, 18), (
        "{suspect} [enters|entered] {shop} in {area} and [selects|selected] {shopping}",
        "{people} [enter|entered] {shop} {between} and [fill|filled] a bag with {shopping}",
        "store detective [observes|observed] {suspect} conceal {shopping} under coat",
        "{suspect} known to staff as {NAME} [enters|entered] {shop}",
        "{suspect} [places|placed] {shopping} and {shopping} into a pushchair",
    ), (
        "{suspect} [leaves|left] {shop} without paying",
        "[passes|passed] all points of payment without paying for goods valued at {money}",
        "{suspect} [is|was] stopped by security and goods [are|were] recovered in a fit state for sale",
        "manager {NAME} [calls|called] police and will supply a statement, contact {EMAIL}",
        "when challenged {suspect} [becomes|became] abusive and [makes|made] off {away}",
        "{suspect} [is|was] banned from the {shop}",
        "tags removed with {tool}",
    )),
    "vehicle crime": (11, (0, 1, 2, 3, 4, 5, 18, 20, 21, 22), (
        "{ip} [leaves|left] {vehicle} {PLATE} secure and unattended on {street}",
        "{vehicle} reg {PLATE} parked in {area} {between}",
        "{offender} [smashes|smashed] nearside window of {vehicle} causing damage",
        "{offender} [tries|tried] door handles along {street} {between}",
        "{offender} [cuts|cut] catalytic converter from {vehicle} {PLATE}",
    ), (
        "{goods} taken from the glove box",
        "{offender} [reaches|reached] in and [takes|took] {goods} from passenger seat",
        "number plates {PLATE} stolen from vehicle",
        "vehicle found abandoned on {street} {POSTCODE}",
        "owner {NAME} informed on {PHONE}",
        "no glass at the scene, keyless method suspected",
        "dash cam footage sent by {EMAIL}",
    )),
    "assault": (12, (20, 21, 22, 23, 0, 1, 2, 3), (
        "{ip} [is|was] at the bar of {pub} in {area} when {suspect} [pushes|pushed] past",
        "{ip} and {suspect} [have|had] a verbal argument inside {pub}",
        "door staff [refuse|refused] {suspect} entry to {pub} {between}",
        "{suspect} known as {NAME} [approaches|approached] {ip} in the toilets of {pub}",
        "{people} [begin|began] fighting on the dance floor of {pub}",
    ), (
        "{suspect} [punches|punched] {ip} to the face causing {injury}",
        "{suspect} [throws|threw] a glass which [hits|hit] {ip}, {injury}",
        "{suspect} [rose|rose] from his seat and [headbutts|headbutted] {ip} causing {injury}",
        "barmaid [calls|called] police and {suspect} [is|was] ejected by door staff",
        "{ip} taken to hospital with {injury}",
        "{ip} {NAME} intoxicated and will be seen again when sober",
        "{suspect} [leaves|left] {away}",
    )),
    "fraud": (8, (9, 10, 11, 12, 13, 14, 15, 16), (
        "{ip} [receives|received] {seller} from someone claiming to be from {pretext}",
        "{ip} [agrees|agreed] to buy a {bike} through {seller} for {money}",
        "{ip} {NAME} [sees|saw] advert on {seller} for a holiday let",
        "{suspect} [persuades|persuaded] {ip} to move savings to a safe account",
        "{suspect} [offers|offered] to repair the roof for {money} cash",
    ), (
        "{ip} [transfers|transferred] {money} and [hears|heard] nothing more",
        "contact [is|was] from {EMAIL} and {PHONE}",
        "goods never [arrive|arrived] and seller [blocks|blocked] {ip}",
        "{relation} of {ip} [finds|found] out and [calls|called] police",
        "bank informed, account in the name of {NAME}",
        "work never done, second payment of {money} demanded",
        "remote access software installed on laptop",
    )),
    "cycle theft": (8, (8, 9, 12, 14, 16, 17, 18), (
        "{ip} [locks|locked] {bike} to railings outside {shop} in {area}",
        "{bike} left in communal hallway at {HOUSE} {street} {POSTCODE}",
        "{ip} {NAME} [leaves|left] {bike} unattended {between} in {area}",
        "{offender} seen by {bike} stand at the railway station with {tool}",
    ), (
        "on return lock [is|was] cut and {bike} gone",
        "{offender} [cuts|cut] lock with {tool} and [rides|rode] off {away}",
        "{bike} valued at {money}, frame number with {ip}",
        "{bike} seen for sale on {seller}",
        "lock left at the scene with a cut mark",
        "{ip} can be reached on {PHONE}",
    )),
    "fuel": (6, (6, 7, 9, 11, 15, 17, 19, 21, 22), (
        "{vehicle} {PLATE} [draws|drew] {money} of (diesel|unleaded) at the petrol station on {street}",
        "{suspect} [fills|filled] {vehicle} and a can at pump {N9}",
        "{vehicle} [pulls|pulled] onto forecourt {between} in {area}",
    ), (
        "{vehicle} [drives|drove] off without paying {away}",
        "{suspect} [makes|made] off without paying, cashier [calls|called] police",
        "plates {PLATE} believed false",
        "cashier {NAME} [says|said] {suspect} [was|was] on a mobile phone throughout",
        "{suspect} [promises|promised] to return, [signs|signed] as {NAME} and [has|had] not",
    )),
}  # fmt: skip
"""Type -> how frequent, the hours it happens at, how it begins, how it goes on."""

ENDINGS = (
    "{offender} described as {build}, {clothes}",
    "described as {build} wearing {clothes}",
    "witness {NAME} on {PHONE}",
    "witness {NAME} will give a statement",
    "{exhibit}",
    "{exhibit}, log created",
    "no witnesses",
    "{ip} [is|was] very shaken and [calls|called] police",
    "{ip} [calls|called] police",
    "{relation} {NAME} [calls|called] police on {PHONE}",
    "{ip} {NAME} lives at {HOUSE} {street} {POSTCODE}",
    "e-mail for {ip} {EMAIL}",
    "vehicle {PLATE} seen in the area",
    "police [attend|attended], area search no trace",
    "{ip} will support a prosecution",
    "{ip} [does|did] not wish to make a complaint",
    "crime number given",
    "{offender} may be {NAME} of {street}",
    "officers will mark the property and call back",
    "enquiries ongoing",
)

SERIES: tuple[tuple[str, str], ...] = (
    ("burglary", "(brick wrapped in|house brick covered with) a (blue|) (towel|beach towel) (used|left at "
     "scene) to break {entry}"),
    ("burglary", "offender (eats|ate) (ice cream|food) from the freezer and (leaves|left) the spoon on the stairs"),
    ("burglary", "(fishing rod|garden cane) with magnet (used|pushed) through letter box to (hook|fish) keys "
     "from hall table"),
    ("taxi fare", "passenger (leaves|left) a (rucksack|bag) full of (newspaper|old magazines) as security for "
     "the fare"),
    ("mobile phone", "offender (holds|held) a (clipboard|petition sheet) for a deaf charity over the mobile "
     "phone on the table"),
    ("shop theft", "bag lined with (kitchen foil|tin foil) used to beat the (gate|alarm), (wears|wearing) a "
     "nurses tunic"),
    ("damage", "(purple|violet) paint (poured|thrown) in the shape of an owl on the door causing damage"),
    ("vehicle crime", "(ceramic|spark plug) chips used on the window, only (sat nav|child seats) and coins taken"),
    ("fraud", "caller (says|said) a parcel with (gold coins|passports) is held at the harbour, asks for code by "
     "text"),
    ("cycle theft", "lock frozen with (spray|an aerosol) then hit, a (yellow|bright yellow) cable tie left in "
     "its place"),
)  # fmt: skip
"""Series of crimes that one offender would be thought to have done: a type, and what is particular to it."""

SHORT = {
    "injured party": "IP", "offender": "offr", "suspect": "susp", "vehicle": "veh", "approx": "appx",
    "witness": "wit",
    "described as": "desc as", "unknown": "unk", "statement": "stmt", "registration": "reg", "premises": "prems",
    "number": "no", "property": "prop", "police": "pol", "driver": "drv", "enquiries": "enqs", "and": "&",
    "public house": "PH", "without": "w/o", "mobile phone": "mob", "dwelling": "dwg", "aggrieved": "agg",
}  # fmt: skip
"""Abbreviations, of which each author uses some."""

MISSPELT = {
    "burglary": "burgalry", "received": "recieved", "receives": "recieves", "believed": "beleived",
    "vehicle": "vehical",
    "premises": "premisis", "witness": "witnes", "unknown": "unkown", "licensed": "licenced", "through": "thru",
    "neighbour": "nieghbour", "damage": "damadge", "jewellery": "jewelery", "abusive": "abussive", "entry": "entery",
    "statement": "statment", "cycle": "cylce", "security": "securtiy", "passenger": "passanger", "accent": "acsent",
    "abandoned": "abandonned", "separate": "seperate", "their": "thier", "station": "staion", "stolen": "stollen",
    "enquiries": "enquirys", "opened": "openned", "stopped": "stoped", "declined": "decline", "argument": "arguement",
    "victim": "victem", "offender": "offendor", "suspect": "supect", "described": "discribed", "searched": "serched",
}  # fmt: skip
"""Misspellings that people do make."""
