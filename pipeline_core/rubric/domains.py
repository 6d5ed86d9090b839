"""A rough guess of the line of business a text is about."""

from pipeline_core.rubric.cues import any_of

_DOMAINS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "healthcare",
        (
            "(patient*|hospital*|clinic*|doctor*|nurse*|medic*|pharma*|radiolog*|diagnos*|paciente*|krankenhaus|arzt|ärzt*|dentist*|患者|病院)",
        ),
    ),
    (
        "finance",
        (
            "(bank*|loan*|credit*|invoice*|payment*|accounting|insurance*|insurer|tax*|audit*|ledger|rechnung*|factura*|facture*|versicherung*|fattur*|請求書|保険)",
        ),
    ),
    (
        "legal",
        (
            "(contract*|lawyer*|law firm|court*|legal|clause*|attorney*|judge*|notar*|vertrag|verträge|anwalt|contrato*|contrat*|avocat*|契約)",
        ),
    ),
    (
        "public_sector",
        (
            "(citizen*|municipal*|ministry|authority|permit*|welfare|police|election*|ballot*|behörde|gemeinde|ayuntamiento|mairie|comune|prefeitura|自治体|市役所)",
        ),
    ),
    (
        "manufacturing",
        (
            "(factory|machine*|weld*|assembly|defect*|sensor*|plant|production line|cnc|fertigung|werk|fábrica|usine|fabbrica|工場|製造)",
        ),
    ),
    (
        "retail",
        (
            "(shop*|store*|retail*|customer*|basket*|e-commerce|product*|webshop|tienda*|magasin*|negozio|loja*|店)",
        ),
    ),
    (
        "logistics",
        (
            "(truck*|parcel*|warehouse*|shipment*|freight|deliver*|pallet*|route*|customs|paket*|almacén|entrepôt|magazzino|倉庫|配送)",
        ),
    ),
    (
        "education",
        (
            "(student*|school*|teacher*|exam*|university|lecture*|pupil*|schüler*|alumno*|élève*|studenti|学生|学校)",
        ),
    ),
    (
        "human_resources",
        (
            "(applicant*|candidate*|employee*|hiring|recruit*|payroll|staff survey|bewerb*|empleado*|salarié*|dipendent*|従業員|採用)",
        ),
    ),
    (
        "customer_service",
        ("(ticket*|support|call cent*|helpdesk|help desk|complaint*|chat*|kundendienst|問い合わせ)",),
    ),
    ("software", ("(code|software|developer*|api|repository|log files|deploy*|unit test*|bug*|server*)",)),
    ("agriculture", ("(farm*|crop*|cow*|dairy|harvest|vineyard*|pig*|agronom*|landwirt*|cultivo*|農)",)),
    ("energy", ("(power|grid|wind|turbine*|solar|meter*|electric*|strom|energía|énergie|電力)",)),
    (
        "media",
        (
            "(newspaper*|publish*|editor*|article*|film*|podcast*|broadcast*|museum*|library|archive*|redaktion|biblioteca|musée|新聞|図書館)",
        ),
    ),
    ("science", ("(laborator*|research*|experiment*|microscop*|genom*|species|telescope|labor|研究)",)),
)


def domain_of(text: str) -> str:
    """Return the id of the domain whose words are most frequent, or `general`."""
    counts = {name: len({m.lower() for m in any_of(cues).findall(text)}) for name, cues in _DOMAINS}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "general"
