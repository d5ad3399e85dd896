"""The words that tell what a question asks and what it asks about. Data only; knows no grammar and no product.

Each cue is a class of generic inspection English. A word stands in its dictionary form: ``crack`` also covers
``cracks``, ``cracked`` and ``cracking``. A phrase is written with its words joined by ``_``. A word may carry several
cues; `question_types` decides by its place in the sentence which one counts.
"""

from __future__ import annotations

from enum import Enum, auto


class Cue(Enum):
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
    """What the part is for."""
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
        abnormal abnormality affected anomalous anomaly blemish compromised damage damaged defect defective deficiency
        deviant deviation difference discrepancy error failure fault faulty flaw flawed imperfect imperfection impaired
        irregular irregularity issue malfunction nonconformance nonconforming nonconformity non-conformance
        non-conforming non-conformity problem trouble unusual weird wrong concern deviate dmg finding glitch harmed inconsistency is_off look_off mistake
        odd oddity something_off anything_off strange suspicious trouble unexpected
    """,
    Cue.DEFECT_KIND: """
        abrasion bend bent blister blowhole break breakage broken burnt burr chafing chipped contamination contaminant
        corrode corrosion crack crease crooked crush cut-off deform deformation deformity delaminate delamination dent
        deteriorate deterioration dirt dirty discolor discoloration discolour discolouration distort distortion erosion
        fade foreign fracture fray gouge impurity incomplete indentation leak leakage loose misalign misaligned
        misalignment misplaced misprint misshapen missing nick burn burn_mark pinhole pitting blotch bulge buckle chafe cloudy displaced fissure hairline haze
        kink severed smeared soiled swollen tarnish tilted unravel skewed swapped inverted greasy overspray bridging oxidation oxidized peel porosity puncture residue rip rupture
        rust rusty scorch scrape scratch scuff shatter smear smudge snap spill splinter split squash spot stain tear
        tore torn twisted warp warpage wear worn wrinkle
    """,
    Cue.MAYBE_DEFECT: """
        bubble bump chip flash grease knot oil offset particle cut debris dust fold gap glue groove hole lint line mark pit protrusion ridge rough
        scab seam speck streak void
    """,
    Cue.OBJECT: """
        article assembly batch component element item material merchandise object part piece product sample specimen
        subcomponent surface thing unit workpiece
    """,
    Cue.VERDICT: """
        accept acceptable accepted alright approve bad check clean comply compliant conform conformant conforming
        conformity correct decent deliver fine flawless good healthy identical inspect intact limit match nok in_order in_accordance accordance proper properly correctly satisfactory satisfy sign_this sign_off
        suitable enough qualify valid fail compliance conformance within_limit normal ok okay
        pass perfect pristine quality reject release saleable scrap sellable ship shippable sound tolerance unacceptable
        undamaged usable verdict allright look_right all_right no_go go_ahead
        everything criteria criterion meet requirement specification spec standard send sold sell keep approval in_spec out_of_spec to_specification to_spec go_no_go all_present
        everything_present right_place as_expected as_it_should same_as 
    """,
    Cue.KIND: """
        call categorise categorize category class classification classify diagnose code designate diagnosis identify identity kind
        mode name nature sort species type which_one
    """,
    Cue.PLACE: """
        back border bottom box bounding center centre coordinate corner exterior front half inner inside interior lie left localise localization localisation localize locate location
        middle mark_the outline_the place point_to point_me point_out pinpoint position quadrant region right
        side rear rim segment situated sit outer outside perimeter spot_where top upper lower whereabouts zone area near close_to closest_to nearest edge
        pinpointed highlight
    """,
    Cue.LOOK: """
        appear appearance aspect big branched bright broad black blue brown blurred blurry circular contour characterise characterize characteristic colored color
        colour coloured curved dark deep depth depict describe description diameter dimension elongated extent faint feature
        form geometry green grey gray height jagged large length long millimetre millimeter mm cm percent percentage light linear look measure morphology narrow noticeable orange orient oval pale
        orientation pattern pink pointed profile pronounced purple rectangular red resemble round rounded roundish shallow shape sharp shiny short size small smooth
        straight texture thick thickness thin tiny tone transparent triangular visual visually white wide width yellow aligned distributed arrange
        arrangement layout finish hue shade me_about more_about elaborate
    """,
    Cue.MEANING: """
        affect compromise hinder lead led result source origin trigger weaken affect analyse analyze analysis arise because cause compare comparison conclude conclusion contrast
        differ differentiate disrupt distinguish effect explain explanation expose happen impact implication imply
        importance important infer influence interfere matter mean meaning occur originate reason reveal role
        significance significant stand_out said_about extend progress run_across create produce due_to introduce manifest compared_to compared_with performance reliability durability come_from coming_from
        came_from if_we what_if
    """,
    Cue.REMEDY: """
        acute advice advise aftermath anyway bad_enough so_bad too_bad that_bad considering given_the given_that have_to
        has_to with_that with_such recall claim complain complaint cost criticality despite endanger escalate grow hold_back how_come
        hurt ignore injure integrity live_with neglect propagate quarantine regardless remove removable report reversible spoil threat tolerate
        unsafe unusable warranty worsen worst acute aftermath avoid consequence consequences correct_it corrective countermeasure critical cure danger
        dangerous disposition dispose fix harmful harm hazard mitigate outcome prevent preventive reduce remedy
        repair repairable repercussion replace rework risk risky root safe safety salvage serious seriousness severe
        severity still stop urgent urgency worry worrying recommend recommended recommendation action actions
        functional cosmetic aesthetic responsible blame to_do we_do i_do be_done do_with do_about lifespan lifetime tolerable
    """,
    Cue.SIGNIFY: "convey hint imply indicate infer mean point_towards reveal signify suggest tell_us show_about",
    Cue.PURPOSE: """
        application design designed function intended purpose serve use used_for used_to usage used required
    """,
    Cue.COMMAND: """
        analyse analyze assess characterise characterize define describe determine document elaborate evaluate explain
        identify label list name outline rate record report specify state summarise summarize
    """,
    Cue.FURTHER: "additional additionally another further more other second secondary besides else",
    Cue.EXISTS: """
        any contain contains detect detected detectable discover evidence exhibit exist find found free has have having nothing
        identify_any indication no notice observe observed present see seen sign signs some spotted there visible
        without anything something anywhere got
    """,
    Cue.QUESTION_WORD: "what where which how why when who whose",
    Cue.AUXILIARY: "is are was were does do did has have can could would will should may might must shall am been be",
    Cue.PRONOUN: "it this that these those they them one he she its",
    Cue.DEFINITE: "the this that these those its their said",
    Cue.FILLER: """
        a about above across actually again against ahead along also amongst among an and anyone anybody as at away
        be been being below between both but by clearly could dear do does each either especially ever every exact
        exactly for from general get give given gives had hello help hey hi hmm i if image in inside into is just 
        kindly know let likely likelihood look_at main maybe me mind most much my long-term near-term short-term need not now of on onto or
        our out outside over per perhaps photo photograph picture please pls plz possible possibly potential potentially
        precise precisely precision predominant present primary probable probably provide quickly really relation
        relative respect seem seems shown show sir since so specific specifically such take tell than thank
        thanks the their then think through to too typical typically under up upon us very view want we well
        when while so_kind be_kind kind_enough whether with within trouble_you approximate approximately customer client user consumer operator would you your yes no true false answer question select choose option following
        statement detail detailed information info report state visible visibly observed surrounding
        does did am are was were will shall should may might must can first one two same different detected found
        provided here there say list seen confirm whole itself rest like else only ask briefly
        having
    """,
}

TYPING_SLIPS: dict[str, str] = {
    "wat": "what", "wht": "what", "waht": "what", "whats": "what", "wats": "what", "wich": "which", "whcih": "which",
    "wher": "where", "whre": "where", "were's": "where", "wheres": "where", "whereabouts": "where", "ther": "there", "thier": "their",
    "teh": "the", "hte": "the", "hwo": "how", "hows": "how", "wy": "why", "whys": "why", "u": "you", "r": "are",
    "ur": "your", "iz": "is", "dis": "this", "dat": "that", "pic": "picture", "img": "image", "pls": "please",
    "loc": "location", "pos": "position", "desc": "description", "ng": "nok", "ncr": "nonconformity",
}  # fmt: skip
"""Slips and shop-floor short forms that edit distance does not reach."""

NOT_A_SLIP = """
    assemble bracket broker clip cloud convex cracker crank cutoff dagger deflect dent descent detect discovery
    display faculty feat fixture frame from hinge insert inspect manage master matte mixture object paint place
    plate pocket pointer preset print project property protect put putting reflect remote resort sampler scatter
    select simple single slot slotted socket split stain strain strap stream stretch strip stripe stud swallow
    thread tile treat unable
"""
"""Words that lie one letter beside a cue and mean themselves, in their dictionary form."""
