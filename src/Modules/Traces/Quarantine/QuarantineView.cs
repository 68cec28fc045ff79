using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>How much of what was rejected a reader sees; every reading is audited.</summary>
internal static class QuarantineView
{
    /// <summary>What the audit row of a reading under marks is called; one in the clear is <c>identities.read</c>.</summary>
    public const string Action = "rejected-traces.read";

    /// <summary><c>identities</c>: in the clear.</summary>
    public static TBuilder WithMarksLifted<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes.WithQuery(
            "identities",
            "true: what came in the clear, where the study has marked fields. Needs the right 'identities' and is audited as such. Default false."
        );

    /// <summary>Checks the rights and writes down that it is read, before it is.</summary>
    /// <returns>Whether what came is shown as it came.</returns>
    /// <exception cref="ProblemException">403.</exception>
    public static async Task<bool> BeginAsync(
        IDatabase<TracesData> database,
        Study study,
        Caller caller,
        bool identities,
        OpeningPurpose purpose,
        string how,
        CancellationToken ct
    )
    {
        await Names.DemandAsync(database, study, caller, identities, purpose, "quarantine", ct);
        if (!identities)
        {
            var details = JsonSerializer.Serialize(new { how });
            await database.WriteAsync(
                async unit =>
                {
                    await unit.AuditAsync(new AuditEntry(Action, caller.Id, study.Slug, details), ct);
                    return true;
                },
                ct
            );
        }

        return identities || study.Mask is null;
    }
}
