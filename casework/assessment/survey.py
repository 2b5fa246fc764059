"""The survey classification, apart from the assessment because it must not reach a person's record."""

from .results import Assessment


def survey_classification(assessment: Assessment) -> str:
    """How a survey would count the answers: the table for adults in labour exploitation in the ILO brochure.

    For comparing results with the publication. Never store it and never show it for a person: its words
    ("successful migrant") would be read as an answer about somebody.
    """
    positive = {each.dimension.id for each in assessment.dimensions if each.positive}
    if assessment.instrument.id != "ilo-adult-labour":
        return "not_in_source_table"
    deceived = "deceptive_recruitment" in positive
    coerced = "coercive_recruitment" in positive
    exploited = "exploitation" in positive
    coerced_there = "coercion_at_destination" in positive
    vulnerable = not positive.isdisjoint(
        {"recruitment_abuse_of_vulnerability", "abuse_of_vulnerability_at_destination"}
    )
    if exploited and coerced_there and (deceived or coerced):
        return "victim_of_trafficking_for_forced_labour"
    if exploited and deceived and not coerced and not coerced_there:
        return "victim_of_deception_and_exploitation"
    # Abuse of vulnerability can stand for the means, so these two rows hold only without it (our reading).
    if not (coerced_there or deceived or coerced or vulnerable):
        return "exploited_migrant" if exploited else "successful_migrant"
    return "not_in_source_table"
