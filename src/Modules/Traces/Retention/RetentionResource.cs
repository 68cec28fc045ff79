using System.Text.Json.Serialization;
using Sillage.Api.Replies;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Retention;

/// <summary>How long a study keeps its traces, and what a run would remove now.</summary>
/// <param name="RetentionDays">For how many days after their receipt the study keeps traces; null for ever.</param>
/// <param name="Days">The days that this was counted for; null for ever.</param>
/// <param name="Cutoff">What was received before this would go.</param>
/// <param name="Traces">How many traces would go.</param>
/// <param name="Quarantined">How many rejected traces would go.</param>
/// <param name="Oldest">When the oldest of them all was received.</param>
/// <param name="Newest">When the newest of them all was received.</param>
/// <param name="Links">The runs, and the study.</param>
public sealed record RetentionResource(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? RetentionDays,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? Days,
    DateTimeOffset? Cutoff,
    long Traces,
    long Quarantined,
    DateTimeOffset? Oldest,
    DateTimeOffset? Newest,
    Links Links
)
{
    internal static readonly RetentionResource Example = new(
        365,
        365,
        Examples.Time.AddDays(-365),
        12_806,
        14,
        Examples.Time.AddDays(-400),
        Examples.Time.AddDays(-365).AddMinutes(-3),
        new Links("/api/v1/studies/java-quest/retention")
        {
            ["runs"] = "/api/v1/studies/java-quest/retention/runs",
            ["study"] = "/api/v1/studies/java-quest",
        }
    );

    internal static string AddressOf(string slug) => StudyResource.AddressOf(slug) + "/retention";

    internal static RetentionResource Of(Study study, int? days, DateTimeOffset? cutoff, Past traces, Past quarantined)
    {
        var all = traces + quarantined;
        var self = AddressOf(study.Slug);
        return new RetentionResource(
            study.RetentionDays,
            days,
            cutoff,
            traces.Count,
            quarantined.Count,
            all.Oldest,
            all.Newest,
            new Links(self) { ["runs"] = self + "/runs", ["study"] = StudyResource.AddressOf(study.Slug) }
        );
    }
}

/// <summary>What retention removed at one time.</summary>
/// <param name="Id">The run's id.</param>
/// <param name="Days">The study's retention then.</param>
/// <param name="Cutoff">What was received before this had to go.</param>
/// <param name="Traces">How many traces are removed.</param>
/// <param name="Quarantined">How many rejected traces are removed.</param>
/// <param name="Oldest">When the oldest of them all was received.</param>
/// <param name="Newest">When the newest of them all was received.</param>
/// <param name="Actor">Who asked for it; absent for the daily job.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">When it ended; absent while it goes on.</param>
/// <param name="CutShort">Whether it ended early, because the study's retention was lengthened or lifted on the way.</param>
/// <param name="Links">The run itself, and all of them.</param>
public sealed record RetentionRun(
    Guid Id,
    int Days,
    DateTimeOffset Cutoff,
    long Traces,
    long Quarantined,
    DateTimeOffset? Oldest,
    DateTimeOffset? Newest,
    Guid? Actor,
    DateTimeOffset StartedAt,
    DateTimeOffset? FinishedAt,
    bool CutShort,
    Links Links
)
{
    internal static readonly RetentionRun Example = new(
        new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b5a"),
        365,
        Examples.Time.AddDays(-365),
        12_806,
        14,
        Examples.Time.AddDays(-400),
        Examples.Time.AddDays(-365).AddMinutes(-3),
        null,
        Examples.Time,
        Examples.Time.AddSeconds(2),
        CutShort: false,
        new Links("/api/v1/studies/java-quest/retention/runs/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b5a")
    );

    internal static string AddressOf(string slug, Guid id) => $"{RetentionResource.AddressOf(slug)}/runs/{id}";

    internal static RetentionRun Of(RetentionRow row, string slug) =>
        new(
            row.Id,
            (int)row.Days,
            row.Cutoff,
            row.Traces,
            row.Quarantined,
            row.Oldest,
            row.Newest,
            row.Actor,
            row.StartedAt,
            row.FinishedAt,
            row.CutShort,
            new Links(AddressOf(slug, row.Id)) { ["runs"] = RetentionResource.AddressOf(slug) + "/runs" }
        );
}
