using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>
/// Whose consent it is, and by whose hand: a participant's own, or one on paper that a researcher enters
/// for him.
/// </summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Participant">The number or pseudonym that a researcher names; null where the caller speaks for himself.</param>
internal sealed record ConsentParty(Caller Caller, string? Participant)
{
    /// <summary>Whether a researcher speaks for the participant.</summary>
    public bool OnPaper => Participant is not null;

    /// <summary>How the record names who spoke.</summary>
    public string Source => OnPaper ? "researcher" : "participant";

    /// <summary>The participant's number.</summary>
    /// <exception cref="ProblemException">403: not for this caller; 404: no such participant, or nothing is asked.</exception>
    public long NumberIn(Study study)
    {
        _ = TermsOf(study);
        return OnPaper
            ? NamedIn(study)
            : study.NumberOf(Caller)
                ?? throw new ProblemException(
                    Problem.Forbidden("Only a participant of the study has consent to give.")
                );
    }

    /// <summary>The number of the participant that a researcher names, whether or not the study asks for anything.</summary>
    /// <exception cref="ProblemException">404: no such participant.</exception>
    public long NamedIn(Study study) =>
        ParticipantName.Find(study, Participant!, study.RightsOf(Caller))
        ?? throw new ProblemException(Problem.NotFound());

    /// <summary>What the study asks.</summary>
    /// <exception cref="ProblemException">404: nothing.</exception>
    public static StudyConsent TermsOf(Study study) =>
        study.Consent ?? throw new ProblemException(Problem.NotFound("This study asks for no consent."));

    /// <summary>The account behind a participant, if one still is.</summary>
    public static Guid? AccountOf(Study study, long number)
    {
        foreach (var (account, other) in study.NumberByAccount)
        {
            if (other == number)
            {
                return account;
            }
        }

        return null;
    }
}
