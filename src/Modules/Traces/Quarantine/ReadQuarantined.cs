using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Shows one rejected trace, and gives its bytes as they came.</summary>
internal static class ReadQuarantined
{
    public static void Map(RouteGroupBuilder quarantine)
    {
        quarantine
            .MapGet("/{id:guid}", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("Read a rejected trace")
            .WithDescription("What came, why it was not taken, when, and from whom. Needs the right 'manage'.")
            .WithReplyExample(Examples.Quarantined)
            .Fails(StatusCodes.Status404NotFound);
        quarantine
            .MapGet("/{id:guid}/content", DownloadAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("Download a rejected trace")
            .WithDescription("The bytes that came, all of them and nothing else. Needs the right 'manage'.")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<Reply<QuarantinedTrace>> HandleAsync(
        string study,
        Guid id,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var row = await FindAsync(database, known, id, whole: false, ct);
        return Reply.Ok(QuarantinedTrace.Of(row, known));
    }

    // No type that a browser would show: what was sent by whomever is not run under this address.
    private static async Task<IResult> DownloadAsync(
        HttpResponse response,
        string study,
        Guid id,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var row = await FindAsync(database, known, id, whole: true, ct);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Bytes(row.Bytes, "application/octet-stream", $"{study}_quarantine_{id}");
    }

    /// <summary>One row of the study.</summary>
    /// <exception cref="ProblemException">404.</exception>
    internal static async Task<QuarantineRow> FindAsync(
        IDatabase<TracesModule> database,
        Study study,
        Guid id,
        bool whole,
        CancellationToken ct
    ) =>
        await database.ReadAsync(reader => QuarantineRows.FindAsync(reader, study.Key, id, whole, ct), ct)
        ?? throw new ProblemException(Problem.NotFound());
}
