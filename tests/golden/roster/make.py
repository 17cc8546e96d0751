#!/usr/bin/env python3
"""Makes the fixtures of tests/unit/roster_test.c: one roster as three files, and the rows expected.

The expected rows are made from the same facts, not from the files, so they judge the reader.
"""
import json
import pathlib
import random

here = pathlib.Path(__file__).parent
rng = random.Random(119)
FIELDS = [("법무", "legal"), ("노무", "labor"), ("세무", "tax"), ("연구개발", "rnd"), ("특허", "patent"),
          ("회계", "accounting"), ("관세", "customs"), ("경영", "management"), ("기술", "technology"),
          ("마케팅", "marketing")]
DISTRICTS = ["중구", "동구", "서구", "남구", "북구", "수성구", "달서구", "달성군", "군위군"]
MODES = ["방문", "센터", "온라인", "전화"]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# text in the file, the number it stands for: as Excel, people and machines write them
PHONES = [("1000000001", "010-0000-0001"), ("530000002", "053-000-0002"), ("010-0000-0003", "010-0000-0003"),
          ("+82 10 0000 0004", "010-0000-0004"), ("20000005", "02-000-0005"), ("(053) 000.0006", "053-000-0006"),
          ("7000000007", "070-0000-0007"), ("15880000", "1588-0000"), ("", None)]
# availability in the file, (first day, last day, from, until)
HOURS = [("월 09:00-12:00;월 13:00-18:00;화-금 09:00-18:00",
          [(0, 0, "09:00", "12:00"), (0, 0, "13:00", "18:00"), (1, 4, "09:00", "18:00")]),
         ("Mon-Fri 9:00~18:00", [(0, 4, "09:00", "18:00")]),
         ("토요일 18:00 - 24:00\n일 08:30-09:00", [(5, 5, "18:00", "24:00"), (6, 6, "08:30", "09:00")]),
         ("", None)]
HEAD = ("주제,성명,소속,email,전화,분야,지역,방식,언어,위촉시작,위촉종료,일한도,주한도,연간시간,사전여유분,"
        "사후여유분,최소통보시간,상담가능시간,시간대,이해충돌기업,이해충돌소속").split(",")


def expert(i):
    """One expert as (cells of the file, row expected)."""
    ko, code = FIELDS[i % 10]
    second = FIELDS[(i + 3) % 10]
    level = 1 + i % 3
    phone, phone_is = PHONES[i % len(PHONES)]
    hours, windows = HOURS[i % len(HOURS)]
    districts = rng.sample(DISTRICTS, 1 + i % 4)
    modes = rng.sample(MODES, 1 + i % 4)
    affiliation = ["예시 똠방각하 법무법인", "예시, 가나 \"다라\" 연구소", "예시 뷁 회계법인", "예시 노무법인\n대구 지사"][i % 4]
    row = {"email": f"{code}-{i:03}@example.kr", "name": f"{ko}-{i:03} 전문위원",
           "affiliation": affiliation.replace("\n", " "),
           "fields": [{"field": ko, "level": level}], "districts": districts, "modes": modes,
           "languages": ["ko", "en"] if i % 5 == 0 else ["ko"],
           "term": {"from": "2026-01-05", "until": "2027-12-31"},
           "caps": {"per_day": 1 + i % 3, "per_week": 6, "hours_per_year": 60}, "zone": "Asia/Seoul"}
    fields = f"{ko}:{level}"
    if i % 3 == 0:
        row["fields"].append({"field": second[1], "level": 2})
        fields += f"; {second[1]} : 2"
    cell = dict.fromkeys(HEAD, "")
    if i % 2:
        row["topics"] = ["쯔쯔가무시 예방", "부가세"]
        cell["주제"] = "쯔쯔가무시  예방\n부가세;부가세;"
    if phone_is:
        row["phone"] = phone_is
    if windows:
        row["availability"] = [{"weekday": DAYS[d], "from": f, "until": u} for a, z, f, u in windows for d in range(a, z + 1)]
    if i % 6 == 0:
        row["buffers"] = {"before": 10, "after": 0 if i % 12 else 15}
        cell |= {"사전여유분": "10", "사후여유분": "" if i % 12 else "15"}
        row["notice_hours"] = 48
        cell["최소통보시간"] = "48"
    if i % 10 == 0:
        row["conflicts"] = {"companies": ["123-45-67891"], "affiliations": ["예시그룹 똠"]}
        cell |= {"이해충돌기업": "1234567891", "이해충돌소속": " 예시그룹 똠 "}
    cell |= {"성명": row["name"], "소속": affiliation, "email": row["email"], "전화": phone, "분야": fields,
             "지역": ";".join(districts), "방식": " ; ".join(modes), "언어": "한국어;EN" if i % 5 == 0 else "",
             "위촉시작": ["2026-01-05", "2026. 1. 5.", "2026/01/05"][i % 3], "위촉종료": "2027-12-31",
             "일한도": str(row["caps"]["per_day"]), "주한도": "6", "연간시간": "60", "상담가능시간": hours,
             "시간대": "Asia/Seoul" if i % 2 else ""}
    return [cell[h] for h in HEAD], row


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


experts = [expert(i) for i in range(1, 120)]
text, rows = ",".join(HEAD) + "\n", []
for cells, row in experts:
    rows.append({"line": text.count("\n") + 1, "row": row})
    text += ",".join(map(quoted, cells)) + "\n"
(here / "experts-utf8.csv").write_bytes(text.encode())
(here / "experts-bom-crlf.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
(here / "experts-cp949.csv").write_bytes(text.replace("\n", "\r\n").encode("cp949"))
(here / "experts.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
