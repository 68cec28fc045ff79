using Sillage.Hosting.Authentication;
using Sillage.Hosting.Problems;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Which studies answer on the TSADK routes: those whose traces can be its logs.</summary>
internal static class TsadkStudy
{
    /// <summary>The fields of a log that are fields of the study; its other three are members of every trace.</summary>
    public static readonly string[] Fields = ["roomName", "actionNature", "actionType", "userAnswer", "userError"];

    public static string AddressOf(string slug) => $"/{slug}/api/v1";

    /// <summary>The study, which the caller may know of.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public static async ValueTask<Study> GetAsync(
        StudyDirectory directory,
        string slug,
        Caller caller,
        CancellationToken ct
    )
    {
        if (StudyRules.CheckSlug(slug).Any())
        {
            throw new ProblemException(Problem.NotFound());
        }

        var study = await directory.GetAsync(slug, caller, ct);
        return Fits(study)
            ? study
            : throw new ProblemException(
                Problem.NotFound(
                    $"The study '{slug}' does not take TSADK logs. It would have to declare the fields "
                        + $"{string.Join(", ", Fields)} as strings and require no other field; its traces are at "
                        + $"{StudyResource.AddressOf(slug)}/traces."
                )
            );
    }

    /// <summary>The study, in which the caller holds all of <paramref name="rights"/>.</summary>
    /// <exception cref="ProblemException">403 or 404.</exception>
    public static async ValueTask<Study> GetAsync(
        StudyDirectory directory,
        string slug,
        Caller caller,
        StudyRights rights,
        CancellationToken ct
    )
    {
        var study = await GetAsync(directory, slug, caller, ct);
        study.Demand(caller, rights);
        return study;
    }

    /// <summary>The study, whose logs the caller may read: they bear the participants' numbers.</summary>
    /// <exception cref="ProblemException">403 or 404.</exception>
    public static async ValueTask<Study> GetForLogsAsync(
        StudyDirectory directory,
        string slug,
        Caller caller,
        CancellationToken ct
    )
    {
        var study = await GetAsync(directory, slug, caller, StudyRights.Read, ct);
        return (study.RightsOf(caller) & Participants.ParticipantView.SeeNumbers) != StudyRights.None
            ? study
            : throw new ProblemException(Problem.Forbidden("This needs the right 'manage' or 'identities', too."));
    }

    internal static bool Fits(Study study) =>
        Fields.All(name => study.Fields.Any(f => f.Name == name && f.Type == FieldType.String))
        && study.Fields.All(f => f.Required is not true || Fields.Contains(f.Name));
}
