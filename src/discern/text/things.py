"""Words for objects that notes of crimes and losses speak of, and makes of vehicles: a start, put together by hand."""

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
    "games console", "playstation", "xbox", "watch", "watches", "ring", "necklace", "bracelet", "earrings", "jewellery",
    "jewelry", "handbag", "purse", "wallet", "bag", "rucksack", "suitcase", "passport", "driving licence", "bank card",
    "credit card", "debit card", "cash", "keys", "car keys", "cigarettes", "tobacco", "alcohol", "spirits", "vodka",
    "whisky", "wine", "beer", "perfume", "cosmetics", "razor blades", "clothing", "clothes", "jacket", "coat",
    "trainers", "shoes", "bicycle", "bike", "headphones", "sat nav", "power tools", "lawnmower",
    "catalytic converter", "copper",
    "lead", "cable", "fuel", "petrol", "diesel", "meat", "cheese", "baby formula", "coffee", "cannabis", "cocaine",
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
