using System.Globalization;
using Sillage.Api.Access;
using Sillage.Api.Problems;

namespace Sillage.Traces.Studies;

/// <summary>What a caller names a participant by: the pseudonym, or the number, which not all may know.</summary>
internal static class ParticipantName
{
    /// <summary>The number is as good as a name to whoever handed out the credentials.</summary>
    public const StudyRights SeeNumbers = StudyRights.Manage | StudyRights.Identities;

    /// <summary>The number behind a number or pseudonym.</summary>
    /// <returns>Null if there is no such participant.</returns>
    /// <exception cref="ProblemException">403: numbers are not for this caller.</exception>
    public static long? Find(Study study, string participant, StudyRights rights)
    {
        if (!long.TryParse(participant, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return study.NumberByPseudonym.TryGetValue(participant, out number) ? number : null;
        }

        if ((rights & SeeNumbers) == StudyRights.None)
        {
            throw new ProblemException(
                Problem.Forbidden(
                    "Participants' numbers need the right 'manage' or 'identities'; name them by pseudonym."
                )
            );
        }

        return study.HasParticipant(number) ? number : null;
    }

    /// <summary>The participant that a list is asked for; nobody's number if there is none such, null if all are asked for.</summary>
    /// <exception cref="ProblemException">403: numbers are not for this caller.</exception>
    public static long? Wanted(Study study, string? participant, Caller caller) =>
        participant is null ? null : Find(study, participant, study.RightsOf(caller)) ?? 0;
}
