"""The words that tell what a question asks and what it asks about. Data only; knows no grammar and no product.

Each cue is a class of generic inspection English. A word stands in its dictionary form: ``crack`` also covers
``cracks``, ``cracked`` and ``cracking``. A phrase is written with its words joined by ``_``. A word may carry several
cues; `question_types` decides by its place in the sentence which one counts.
"""

from __future__ import annotations

from enum import IntEnum, auto


class Cue(IntEnum):
    """What a word can tell about a question."""

    DEFECT = auto()
    """Something is not as it should be, in general: a fault, damaged."""
    DEFECT_KIND = auto()
    """A particular way of not being as it should be: a crack, corroded."""
    MAYBE_DEFECT = auto()
    """A feature that a good part may have as well: a hole, a line."""
    OBJECT = auto()
    """The part itself, or the picture's subject."""
    VERDICT = auto()
    """Good or bad, accept or reject, alike or unlike."""
    KIND = auto()
    """Asks for a name or a class."""
    PLACE = auto()
    """Asks for or names a place."""
    LOOK = auto()
    """Asks for or names an appearance: shape, size, colour, texture."""
    MEANING = auto()
    """Asks what follows from something or why it is so."""
    REMEDY = auto()
    """Consequence, severity, root cause or remedy: words that are said of faults alone."""
    SIGNIFY = auto()
    """A verb for what a sight tells: suggest, indicate."""
    COMMAND = auto()
    """A verb that gives way to what it is said of: describe the effect, identify the place."""
    PURPOSE = auto()
    """What the part is, or is for."""
    FURTHER = auto()
    """Looks past the one defect that is known: another, additional information."""
    EXISTS = auto()
    """Says that something is there: there, any, have, see."""
    QUESTION_WORD = auto()
    AUXILIARY = auto()
    PRONOUN = auto()
    DEFINITE = auto()
    FILLER = auto()
    """Says nothing about the type: politeness, articles, prepositions, the picture as such."""


WORDS: dict[Cue, str] = {
    Cue.DEFECT: """
        abnormal abnormality affected anomalous anomaly anything_off blemish compromised concern damage
        damaged defect defective deficiency deviant deviate deviation difference discrepancy dmg error failure
        fault faulty finding flaw flawed glitch impaired imperfect imperfection inconsistency irregular
        irregularity is_off issue look_off malfunction mistake non-conformance non-conforming non-conformity
        nonconformance nonconforming nonconformity odd oddity problem something_off strange suspicious trouble
        unexpected unusual weird wrong
    """,
    Cue.DEFECT_KIND: """
        abrasion bend bent blister blotch blowhole break breakage bridging broken buckle bulge burn burn_mark
        burnt burr chafe chafing chipped cloudy contaminant contamination corrode corrosion crack crease
        crooked crush cut-off deform deformation deformity delaminate delamination dent deteriorate
        deterioration dirt dirty discolor discoloration discolour discolouration displaced distort distortion
        erosion fade fissure foreign fracture fray gouge greasy hairline haze impurity incomplete indentation
        inverted kink leak leakage loose misalign misaligned misalignment misplaced misprint misshapen missing
        nick overspray oxidation oxidized peel pinhole pitting porosity puncture residue rip rupture rust
        rusty scorch scrape scratch scuff severed shatter skewed smear smeared smudge snap soiled spill
        splinter split spot squash stain swapped swollen tarnish tear tilted tore torn twisted unravel warp
        warpage wear worn wrinkle
    """,
    Cue.MAYBE_DEFECT: """
        bubble bump chip cut debris dust flash fold gap glue grease groove hole knot line lint mark offset oil
        particle pit protrusion ridge rough scab seam speck streak void
    """,
    Cue.OBJECT: """
        article assembly batch component element item material merchandise object part piece product sample
        specimen subcomponent surface thing unit workpiece
    """,
    Cue.VERDICT: """
        accept acceptable accepted accordance all_present all_right allright alright approve as_expected
        as_it_should bad check clean compliance compliant comply conform conformance conformant conforming
        conformity correct correctly criteria criterion decent deliver enough everything everything_present
        fail fine flawless go_no_go good healthy identical in_order in_spec inspect intact integrity keep limit
        look_right match meet no_go nok normal ok okay out_of_spec pass perfect pristine proper properly
        qualify quality reject release requirement right_place saleable same_as satisfactory satisfy scrap
        sell sellable send ship sign_off sign_this sold sound spec specification standard suitable to_spec
        to_specification tolerance unacceptable undamaged usable valid verdict
    """,
    Cue.KIND: """
        call categorise categorize category class classification classify code designate diagnose diagnosis
        identify identity kind mode name nature sort species type which_one
    """,
    Cue.PLACE: """
        area back border bottom bounding box center centre close_to closest_to coordinate corner edge exterior
        front half highlight inner inside interior left lie localisation localise localization localize locate
        location lower middle near nearest outer outline_the outside perimeter pinpoint place point_me
        point_out point_to position quadrant rear region right rim segment show_me side sit situated top upper zone
    """,
    Cue.LOOK: """
        aligned appear appearance arrange arrangement aspect big black blue blurred blurry branched bright
        broad brown characterise characteristic characterize circular cm color colour contour curved dark deep
        depict depth describe description diameter dimension distributed elaborate elongated extent faint
        feature finish form geometry gray green grey height hue jagged large layout length light linear long
        look me_about measure millimeter millimetre mm more_about morphology narrow noticeable orange orient
        orientation oval pale pattern percent percentage pink pointed profile pronounced purple rectangular
        red resemble round rounded roundish shade shallow shape sharp shiny short size small smooth straight
        texture thick thickness thin tiny tone transparent triangular visual visually white wide width yellow
    """,
    Cue.MEANING: """
        affect analyse analysis analyze arise because came_from cause come_from coming_from compare
        compared_to compared_with comparison compromise conclude conclusion contrast create differ
        differentiate disrupt distinguish due_to durability effect explain explanation expose extend happen
        hinder if_we impact implication imply importance important infer influence interfere introduce lead
        led manifest matter mean meaning occur origin originate performance produce progress reason
        reliability result reveal role said_about significance significant source stand_out trigger weaken
        what_if
    """,
    Cue.REMEDY: """
        action acute advice advise aesthetic aftermath anyway avoid bad_enough be_done blame claim complain
        complaint consequence considering corrective cosmetic cost countermeasure critical criticality cure
        danger dangerous despite dispose disposition do_about do_with endanger escalate fix functional
        given_that given_the grow harm harmful has_to have_to hazard how_come hurt i_do ignore injure
        lifespan lifetime live_with mitigate neglect outcome prevent preventive propagate quarantine
        recall recommend recommendation recommended reduce regardless remedy removable remove repair
        repairable repercussion replace report responsible reversible rework risk risky root safe safety
        salvage serious seriousness severe severity so_bad spoil still stop that_bad threat to_do tolerable
        tolerate too_bad unsafe unusable urgency urgent warranty we_do with_such with_that worry worrying
        worsen worst
    """,
    Cue.SIGNIFY: "convey hint imply indicate infer mean point_towards reveal show_about signify suggest",
    Cue.PURPOSE: """
        application design designed function intended looking_at purpose required serve usage use used used_for used_to
    """,
    Cue.COMMAND: """
        analyse analyze assess characterise characterize define describe determine document elaborate evaluate
        explain identify label list name outline rate record report specify state summarise summarize
    """,
    Cue.FURTHER: "additional additionally another besides else further more other second secondary",
    Cue.EXISTS: """
        any anything anywhere contain detect detectable detected discover evidence exhibit exist find found
        free got has have having indication no nothing notice observe observed present see seen sign signs
        some something spotted there visible without
    """,
    Cue.QUESTION_WORD: "how what when where which who whose why",
    Cue.AUXILIARY: """
        am are be been can could did do does has have is may might must shall should was were will would
    """,
    Cue.PRONOUN: "he it its one she that them these they this those",
    Cue.DEFINITE: "its said that the their these this those",
    Cue.FILLER: """
        a about above across actually again against ahead along also am among amongst an and answer anybody
        anyone approximate approximately are as ask at away be be_kind been being below between both briefly
        but by can choose clearly client confirm consumer could customer dear detail detailed detected did
        different do does each either else especially ever every exact exactly false first following for found
        from general get give given gives had having hello help here hey hi hmm i if image in info information
        inside into is itself just kind_enough kindly know let like likelihood likely list long-term look_at
        main may maybe me might mind most much must my near-term need no not now observed of on one only onto
        operator option or our out outside over per perhaps photo photograph picture please pls plz possible
        possibly potential potentially precise precisely precision predominant present primary probable
        probably provide provided question quickly really relation relative report respect rest same say seem
        seems seen select shall short-term should show shown since sir so so_kind specific specifically state
        statement such surrounding take tell than thank thanks the their then there think through to too
        trouble_you true two typical typically under up upon us user very view visible visibly want was we
        well were when whether while whole will with within would yes you your
    """,
}

TYPING_SLIPS: dict[str, str] = {
    "wat": "what", "wht": "what", "waht": "what", "whats": "what", "wats": "what", "wich": "which",
    "whcih": "which", "wher": "where", "whre": "where", "were's": "where", "wheres": "where",
    "whereabouts": "where", "ther": "there", "thier": "their", "teh": "the", "hte": "the", "hwo": "how",
    "hows": "how", "wy": "why", "whys": "why", "u": "you", "r": "are", "ur": "your", "iz": "is",
    "dis": "this", "dat": "that", "pic": "picture", "img": "image", "pls": "please", "loc": "location",
    "pos": "position", "desc": "description", "ng": "nok", "ncr": "nonconformity",
}  # fmt: skip
"""Slips and shop-floor short forms that edit distance does not reach."""

NOT_A_SLIP = """
    assemble bracket broker clip cloud convex cracker crank cutoff dagger deflect dent descent detect discovery
    display faculty feat fixture frame from hinge insert inspect manage master matte mixture object paint place
    plate pocket pointer preset print project property protect put putting reflect remote resort sampler scatter
    select simple single slot slotted socket split stain strain strap stream stretch strip stripe stud swallow
    thread treat unable
"""
"""Words that lie one letter beside a cue and mean themselves, in their dictionary form."""
