"""Bodies of made-up people and companies, and what must be there before a test's own step."""


READ_ONLY = ("id", "version", "created_at", "email_bounced_at")  # of an expert


def writable(expert):
    """What a PUT takes of what a GET told."""
    return {k: v for k, v in expert.items() if k not in READ_ONLY}


def number(n):
    """A registration number with its checksum right."""
    digits = [int(d) for d in f"{n:09d}"]
    total = sum(d * w for d, w in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5))) + digits[8] * 5 // 10
    text = f"{n:09d}{(10 - total % 10) % 10}"
    return f"{text[:3]}-{text[3:5]}-{text[5:]}"


def expert(n, **changes):
    return {"email": f"tax-{n:02d}@example.kr", "name": f"세무-{n:02d} 전문위원", "affiliation": f"예시회계 {n:02d}",
            "phone": f"010-0000-{n:04d}", "fields": [{"field": "tax", "level": 3}], "topics": ["부가세"],
            "districts": ["suseong"], "modes": ["center", "online", "phone", "visit"], "languages": ["ko"],
            "term": {"from": "2026-01-01", "until": "2027-12-31"},
            "caps": {"per_day": 2, "per_week": 6, "hours_per_year": 60},
            "buffers": {"before": 10, "after": 10}, "notice_hours": 24,
            "availability": [{"weekday": d, "from": "09:00", "until": "18:00"}
                             for d in ("mon", "tue", "wed", "thu", "fri")],
            "zone": "Asia/Seoul", "conflicts": {"companies": [], "affiliations": [], "ended": []}, **changes}


def company(n, **changes):
    return {"registration_number": number(n), "name": f"예시정밀 {n:03d}", "district": "suseong",
            "address": f"대구광역시 수성구 예시로 {n}", "industry": "정밀가공", "contacts": [contact(n)], **changes}


def contact(n, **changes):
    return {"name": f"예시 담당자 {n:03d}", "email": f"contact-{n:03d}@example.kr",
            "phone": f"053-000-{n:04d}", "consent": True, **changes}


def case(company_id, **changes):
    return {"company_id": company_id, "channel": "visit", "title": "부가세 환급", "text": "환급이 늦어집니다.",
            "triage": "deep", **changes}


def request(case_id, **changes):
    """A week of windows from the Wednesday after service.NOW on."""
    return {"case_id": case_id, "seats": [{"field": "tax", "min_level": 2}], "mode": "visit", "minutes": 60,
            "windows": [{"from": "2026-06-03T09:00:00+09:00", "until": "2026-06-09T18:00:00+09:00"}], **changes}


class Office:
    """Makes what a test needs first; each maker gives the reply's body."""

    def __init__(self, service):
        self.s, self.n = service, 0

    def made(self, reply):
        if reply.status not in (200, 201):
            raise AssertionError(str(reply))
        return reply.json

    def number(self):
        self.n += 1
        return self.n

    def expert(self, **changes):
        return self.made(self.s.manager.post("/v1/experts", expert(self.number(), **changes)))

    def dates(self, who, hours):
        """Hours of single dates, {"2026-06-11": [("09:00", "10:00")]}; the weekly ones stay."""
        where = f"/v1/experts/{who['id']}/availability"
        now = self.s.coordinator.get(where)
        body = {"weekly": now.json["weekly"], "dates": [
            {"date": d, "windows": [{"from": a, "until": b} for a, b in windows]} for d, windows in hours.items()]}
        return self.made(self.s.coordinator.put(where, body, match=now.etag))

    def company(self, **changes):
        return self.made(self.s.coordinator.post("/v1/companies", company(self.number(), **changes)))

    def case(self, of=None, **changes):
        return self.made(self.s.coordinator.post("/v1/cases", case((of or self.company())["id"], **changes)))

    def request(self, of=None, by="coordinator", **changes):
        """With the company's first contact unless contact_id says another."""
        at = of or self.company()
        changes.setdefault("contact_id", at["contacts"][0]["id"] if at["contacts"] else None)
        return self.made(getattr(self.s, by).post("/v1/requests", request(self.case(at)["id"], **changes)))

    def room(self, **changes):
        n = self.number()
        return self.made(self.s.manager.post("/v1/places",
                                             {"ko": f"상담실 {n}", "en": f"Room {n}", "turnaround": 15, **changes}))

    def offer(self, asked, who, start, **changes):
        return self.made(self.s.coordinator.post("/v1/appointments", {
            "request_id": asked["id"], "expert_id": who["id"], "start": start, **changes}))

    def accept(self, appointment):
        seat = appointment["seats"][0]
        return self.made(self.s.coordinator.post(f"/v1/seats/{seat['id']}/accept", {"via": "phone"},
                                                 match=f"\"v{seat['version']}\""))

    def confirmed(self, start="2026-06-04T10:00:00+09:00", **changes):
        """An appointment that stands: who, asked, and the appointment as it is now."""
        who, asked = self.expert(), self.request(**changes)
        made = self.offer(asked, who, start)
        self.accept(made)
        return who, asked, self.made(self.s.coordinator.get(f"/v1/appointments/{made['id']}"))
