"""Words for objects, makes of vehicles, large organisations and countries: a start, put together by hand."""

from __future__ import annotations

WEAPONS = (
    "knife", "knives", "kitchen knife", "lock knife", "stanley knife", "machete", "axe", "sword", "dagger", "blade",
    "gun", "handgun", "shotgun", "rifle", "pistol", "firearm", "air gun", "bb gun", "imitation firearm", "baseball bat",
    "cosh", "knuckleduster", "catapult", "crossbow", "cs gas", "pepper spray", "taser", "acid", "petrol bomb",
)  # fmt: skip
TOOLS = (
    "crowbar", "screwdriver", "hammer", "sledgehammer", "bolt cutter", "bolt croppers", "pliers", "spanner", "wrench",
    "drill", "angle grinder", "grinder", "chainsaw", "hacksaw", "chisel", "ladder", "torch", "jemmy", "wire cutter",
    "brick", "spade", "shovel",
)  # fmt: skip
GOODS = (
    "mobile phone", "phone", "iphone", "smartphone", "laptop", "computer", "tablet", "ipad", "television", "camera",
    "games console", "playstation", "xbox", "wristwatch", "watches", "wedding ring", "gold ring", "necklace",
    "bracelet", "earrings", "jewellery", "jewelry",
    "handbag", "purse", "wallet", "bag", "rucksack", "suitcase", "passport", "driving licence", "bank card",
    "credit card", "debit card", "cash", "keys", "car keys", "cigarettes", "tobacco", "alcohol", "spirits", "vodka",
    "whisky", "wine", "beer", "perfume", "cosmetics", "razor blades", "clothing", "clothes", "jacket", "coat",
    "trainers", "shoes", "bicycle", "bike", "headphones", "sat nav", "power tools", "lawnmower",
    "catalytic converter", "copper",
    "cable", "fuel", "petrol", "diesel", "meat", "cheese", "baby formula", "coffee", "cannabis", "cocaine",
    "heroin", "drugs",
)  # fmt: skip
MAKES = (
    "Alfa Romeo", "Aston Martin", "Audi", "Bentley", "BMW", "Chevrolet", "Chrysler", "Citroen", "Citroën", "Cupra",
    "Dacia", "Daewoo", "DAF", "Ducati", "Ferrari", "Fiat", "Ford", "Honda", "Hyundai", "Infiniti", "Isuzu", "Iveco",
    "Jaguar", "Jeep", "Kawasaki", "Kia", "Lamborghini", "Land Rover", "Lexus", "Lotus", "Maserati", "Mazda", "McLaren",
    "Mercedes-Benz", "Mercedes", "MG", "Mini", "Mitsubishi", "Nissan", "Peugeot", "Piaggio", "Porsche", "Range Rover",
    "Renault", "Rolls-Royce", "Rover", "Saab", "Seat", "Skoda", "Škoda", "Smart", "Subaru", "Suzuki", "Tesla", "Toyota",
    "Triumph", "Vauxhall", "Vespa", "Volkswagen", "VW", "Volvo", "Yamaha",
)  # fmt: skip
"""Written with a capital, as here."""

BODIES = (
    "Amazon", "Apple", "Asda", "Barclays", "BBC", "BP", "BT", "CIA", "CNN", "Conservatives", "CPS", "EU", "Facebook",
    "FBI", "Fifa", "FIFA", "Google", "HMRC", "HSBC", "IBM", "IMF", "Intel", "Interpol", "ITV", "Lib Dems", "Lidl",
    "Aldi", "Lloyds", "Marks & Spencer", "McDonald's", "Microsoft", "Morrisons", "Nato", "NATO", "Netflix", "NHS",
    "Nokia", "Oracle", "PayPal", "RAF", "Reuters", "RSPCA", "Sainsbury's", "Samsung", "Sky", "Sony", "Tesco", "Twitter",
    "Uefa", "UEFA", "UN", "Unesco", "UNESCO", "Unicef", "UNICEF", "Vodafone", "WHO", "Yahoo", "YouTube",
)  # fmt: skip
COUNTRIES = (
    "Afghanistan", "Africa", "America", "Argentina", "Asia", "Australia", "Austria", "Bangladesh", "Belgium", "Brazil",
    "Britain", "Bulgaria", "Canada", "Chile", "China", "Colombia", "Croatia", "Cuba", "Cyprus", "Czech Republic",
    "Denmark", "Egypt", "Estonia", "Ethiopia", "Europe", "Finland", "France", "Germany", "Ghana", "Greece", "Hungary",
    "Iceland", "India", "Indonesia", "Iran", "Iraq", "Israel", "Italy", "Jamaica", "Japan", "Kenya", "Kuwait", "Latvia",
    "Lebanon", "Libya", "Lithuania", "Malaysia", "Malta", "Mexico", "Morocco", "Netherlands", "New Zealand", "Nigeria",
    "North Korea", "Northern Ireland", "Norway", "Pakistan", "Peru", "Philippines", "Poland", "Portugal", "Romania",
    "Russia", "Rwanda", "Saudi Arabia", "Serbia", "Singapore", "Slovakia", "Slovenia", "Somalia", "South Africa",
    "South Korea", "Spain", "Sri Lanka", "Sudan", "Sweden", "Switzerland", "Syria", "Taiwan", "Tanzania", "Thailand",
    "Tunisia", "Turkey", "UAE", "Uganda", "UK", "U.K.", "Ukraine", "United Kingdom", "United States", "US", "USA",
    "U.S.", "Venezuela", "Vietnam", "Yemen", "Zambia", "Zimbabwe", "Paris", "Berlin", "Rome", "Madrid", "Brussels",
    "Moscow", "Washington", "New York", "Los Angeles", "Tokyo", "Beijing", "Baghdad", "Sydney", "Athens",
)  # fmt: skip
"""Countries, continents and a few capitals of the world."""
