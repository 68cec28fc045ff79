using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Which studies answer on the TSADK routes: those whose traces can be its logs.</summary>
internal static class TsadkStudy
{
    /// <summary>The fields of a log that are fields of the study; its other three are members of every trace.</summary>
    public static readonly string[] Fields = ["roomName", "actionNature", "actionType", "userAnswer", "userError"];

    public static string AddressOf(string slug) => $"/{slug}/api/v1";

    internal static bool Fits(Study study) =>
        Fields.All(name => study.Fields.Any(f => f.Name == name && f.Type == FieldType.String))
        && study.Fields.All(f => f.Required is not true || Fields.Contains(f.Name));
}

/// <summary>Lets only into studies that take TSADK logs, and tells of the others where their traces are.</summary>
internal sealed class TsadkGate(StudyDirectory directory) : StudyGate(directory)
{
    protected override Problem? Refuse(Study study) =>
        TsadkStudy.Fits(study)
            ? null
            : Problem.NotFound(
                $"The study '{study.Slug}' does not take TSADK logs. It would have to declare the fields "
                    + $"{string.Join(", ", TsadkStudy.Fields)} as strings and require no other field; its traces are at "
                    + $"{StudyResource.AddressOf(study.Slug)}/traces."
            );
}
