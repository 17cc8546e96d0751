#!/usr/bin/python3
"""The holidays that come with the program are right: worked out here a second time, the lunar ones from
the moon and the sun alone, the substitute days from the law's rule, and compared day by day."""
import os
import sys
from datetime import date, datetime, timedelta
from math import floor, radians, sin

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import icslint
import icsread
from tap import Tap

tap = Tap()
YEARS = range(2024, 2029)
DAY = timedelta(1)
KST = 9 / 24
DELTA_T = 70 / 86400  # TT - UT in these years, as days
J2000 = datetime(2000, 1, 1, 12)


def new_moon(k):
    """The k-th new moon since 2000 as days since J2000, UT (Meeus, Astronomical Algorithms, ch. 49: to some seconds)."""
    t = k / 1236.85
    e = 1 - 0.002516 * t
    sun = radians(2.5534 + 29.10535670 * k)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    lat = radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    node = radians(124.7746 - 1.56375588 * k)
    terms = ((-0.40720, moon), (0.17241 * e, sun), (0.01608, 2 * moon), (0.01039, 2 * lat), (0.00739 * e, moon - sun),
             (-0.00514 * e, moon + sun), (0.00208 * e * e, 2 * sun), (-0.00111, moon - 2 * lat), (-0.00057, moon + 2 * lat),
             (0.00056 * e, 2 * moon + sun), (-0.00042, 3 * moon), (0.00042 * e, sun + 2 * lat), (0.00038 * e, sun - 2 * lat),
             (-0.00024 * e, 2 * moon - sun), (-0.00017, node), (-0.00007, moon + 2 * sun))
    at = 5.09766 + 29.530588861 * k + 0.00015437 * t * t + sum(c * sin(a) for c, a in terms)
    return at + 0.000325 * sin(radians(299.77 + 0.107408 * k)) + 0.000165 * sin(radians(251.88 + 0.016321 * k)) - DELTA_T


def sun_longitude(day):
    """Apparent, in degrees, at a day since J2000 UT (ch. 25: to 0.01 degrees, some fifteen minutes)."""
    t = (day + DELTA_T) / 36525
    m = radians(357.52911 + 35999.05029 * t)
    c = (1.914602 - 0.004817 * t) * sin(m) + 0.019993 * sin(2 * m) + 0.000289 * sin(3 * m)
    return (280.46646 + 36000.76983 * t + c - 0.00569 - 0.00478 * sin(radians(125.04 - 1934.136 * t))) % 360


def civil(day):
    """The date in Korea at a day since J2000 UT."""
    return (J2000 + timedelta(day + KST)).date()


def midnight(d):
    return (datetime(d.year, d.month, d.day) - J2000) / DAY - KST


def months(year):
    """{(month, is leap): first day} of the lunar year that begins in this one: month 11 has the winter solstice, and of
    thirteen months between two of these the first without a major term is the leap month."""
    k0 = floor((year - 2000) * 12.3685)
    moons = [civil(new_moon(k)) for k in range(k0 - 3, k0 + 16)]

    def term(first, after):  # the number of the major term in a month, None where there is none
        a, b = (floor(sun_longitude(midnight(d)) / 30) for d in (first, after))
        return b if a != b else None
    have = [term(a, b) for a, b in zip(moons, moons[1:])]
    first, last = (next(i for i, t in enumerate(have) if t == 9 and moons[i + 1] > date(y, 12, 15)) for y in (year - 1, year))
    leap = next(i for i in range(first, last) if have[i] is None) if last - first == 13 else None
    number, found = 11, {}
    for i in range(first, last):
        if i == leap:
            found[number - 1 or 12, True] = moons[i]
        else:
            found[number, False] = moons[i]
            number = number % 12 + 1
    return found


def lunar(year, month, day):
    return months(year)[month, False] + (day - 1) * DAY


ANNOUNCED = {date(2024, 4, 10): "국회의원 선거일", date(2024, 10, 1): "임시공휴일", date(2025, 1, 27): "임시공휴일",
             date(2025, 6, 3): "대통령 선거일", date(2026, 6, 3): "지방선거일", date(2028, 4, 12): "국회의원 선거일"}
FIXED = {(1, 1): "신정", (3, 1): "삼일절", (5, 1): "노동절", (5, 5): "어린이날", (6, 6): "현충일", (7, 17): "제헌절",
         (8, 15): "광복절", (10, 3): "개천절", (10, 9): "한글날", (12, 25): "기독탄신일"}
SINCE_2026 = {"노동절", "제헌절"}
NO_SUBSTITUTE = {"신정", "현충일"}  # and what was announced


def reckoned(year):
    """{date: [names]}: article 2 of the regulations, then article 3."""
    days = {}
    for (month, day), name in FIXED.items():
        if name not in SINCE_2026 or year >= 2026:
            days.setdefault(date(year, month, day), []).append(name)
    for at, name in ((lunar(year, 1, 1), "설날"), (lunar(year, 8, 15), "추석")):
        for d, n in ((at - DAY, name + " 연휴"), (at, name), (at + DAY, name + " 연휴")):
            days.setdefault(d, []).append(n)
    days.setdefault(lunar(year, 4, 8), []).append("부처님오신날")
    for d, name in ANNOUNCED.items():
        if d.year == year:
            days.setdefault(d, []).append(name)
    # (1) Saturdays and Sundays, of the two feasts Sundays alone; and a working day that is another holiday already
    for d, names in sorted(days.items()):
        feast = any(n[:2] in ("설날", "추석") for n in names)
        owed = [n for n in names if n not in NO_SUBSTITUTE and d not in ANNOUNCED]
        weekend = d.weekday() == 6 or d.weekday() == 5 and not feast
        if owed and (weekend or len(names) > 1):
            instead = d + DAY
            while instead in days or instead.weekday() > 4:
                instead += DAY
            name = next((n for n in owed if n[:2] in ("설날", "추석")), owed[0])
            days[instead] = [f"대체공휴일 ({name[:2] if ' ' in name else name})"]
    return days


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/web/holidays-kr.ics"), "rb") as file:
    DATA = file.read()
findings = icslint.lint(DATA, True)[0]
tap.ok(not findings, "the file is clean", findings)
shipped = {}
for event in icsread.read(DATA, lambda *_: None)[0].comps:
    d = datetime.strptime(event.value("DTSTART"), "%Y%m%d").date()
    tap.ok(d not in shipped and event.value("DTEND") == f"{d + DAY:%Y%m%d}", f"{d} stands once, for one day")
    shipped[d] = icsread.unescape(event.value("SUMMARY")).split(" / ")

# the moon's days at which Korea and China differ, and others that are in every almanac
tap.ok([lunar(y, 1, 1) for y in (2017, 2027, 2028)] == [date(2017, 1, 28), date(2027, 2, 7), date(2028, 1, 27)], "Seollal by Korea's clock")
tap.ok([lunar(y, 8, 15) for y in (2020, 2023)] == [date(2020, 10, 1), date(2023, 9, 29)], "Chuseok of years gone by")
tap.ok((2, True) in months(2023) and (4, True) in months(2020) and (6, True) in months(2025), "leap months of years gone by")
for year in YEARS:
    want = reckoned(year)
    have = {d: names for d, names in shipped.items() if d.year == year}
    tap.ok(set(have) == set(want), f"{year}: the days", sorted(map(str, set(have) ^ set(want))))
    wrong = [f"{d}: {have[d][0]} for {want[d]}" for d in want if d in have and not all(n in have[d][0] for n in want[d])]
    tap.ok(not wrong, f"{year}: their names", wrong)
tap.ok(all(len(n) == 2 and all(n) for n in shipped.values()), "in Korean and English")
# The government's almanac notice counts the days on which its offices are closed but for Saturdays: 72 in 2027.
sundays = sum((date(2027, 1, 1) + i * DAY).weekday() == 6 for i in range(365))
tap.ok(sundays + sum(d.year == 2027 and d.weekday() != 6 for d in shipped) == 72, "2027 has as many as the notice counts")
tap.done()
