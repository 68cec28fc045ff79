using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Rights;

/// <summary>What was done with a study's identities.</summary>
public enum OpeningKind
{
    /// <summary>They were read.</summary>
    Read,

    /// <summary>The right to read them was given.</summary>
    Given,
}

/// <summary>An account, as far as it is still known.</summary>
/// <param name="Account">Its id.</param>
/// <param name="Username">Its user name; absent if the account is gone.</param>
/// <param name="DisplayName">Its display name, if it has one.</param>
public sealed record OpeningParty(Guid Account, string? Username, string? DisplayName);

/// <summary>A look at who is behind the pseudonyms of a study, or the gift of the right to it.</summary>
/// <param name="Id">Unique, and in the order of time.</param>
/// <param name="At">When.</param>
/// <param name="Kind"><c>read</c>, or <c>given</c> for the right to.</param>
/// <param name="By">Who did it.</param>
/// <param name="To">To whom the right was given.</param>
/// <param name="How">By which kind of request they were read: <c>query</c>, <c>live</c>, <c>export</c> and so on.</param>
/// <param name="Purpose">What for, if that was said.</param>
public sealed record IdentityOpening(
    Guid Id,
    DateTimeOffset At,
    OpeningKind Kind,
    OpeningParty? By,
    OpeningParty? To,
    string? How,
    string? Purpose
)
{
    internal static readonly IdentityOpening Example = new(
        new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b5a"),
        Examples.Time,
        OpeningKind.Read,
        new OpeningParty(Examples.Account, "researcher", null),
        null,
        "export",
        "A participant asked for a correction"
    );
}

/// <summary>Shows who looked at who is who in a study, and who was given the right to: what participants see in their own data.</summary>
internal static class ListOpenings
{
    private const string Select = """
        SELECT id, at, action, actor, subject, details FROM sillage_audit
        WHERE subject = @Slug AND at >= @CreatedAt AND (CAST(@NoCursor AS integer) = 1 OR id < @Before)
          AND action IN ('identities.read', 'identities.given')
        ORDER BY id DESC LIMIT @Limit
        """;

    // To whom a right was given is told by another row, of the same unit, which an erasure of that person finds.
    private const string SelectGrants = """
        SELECT id, at, action, actor, subject, details FROM sillage_audit
        WHERE actor = @Actor AND action = 'study-right.given' AND id < @Bound ORDER BY id DESC LIMIT 50
        """;

    private sealed record Keys(Guid Id);

    private sealed record Details(string? How = null, string? Purpose = null, Guid? Grant = null);

    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/identity-openings", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithTags("Rights")
            .WithSummary("List openings of identities")
            .WithDescription(
                "Who read who is behind the pseudonyms, who was given the right to, when and why; the newest first, for as long as the audit "
                    + "trail goes back (`KeepAudit`). Participants see the same in `GET /api/v1/me/data`."
            )
            .WithReplyExample(new Page<IdentityOpening>([IdentityOpening.Example], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<IdentityOpening>> Handle(
        Study study,
        PageRequest page,
        IAccountDirectory accounts,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var parameters = new
        {
            study.Slug,
            // A study of before may have had the same name.
            study.CreatedAt,
            NoCursor = after is null ? 1L : 0L,
            Before = after?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(
            async reader =>
            {
                var found = new List<(AuditRow Row, Details Details, Guid? To)>();
                foreach (var row in await reader.QueryAsync<AuditRow>(Select, parameters, ct))
                {
                    var details = Read(row);
                    found.Add((row, details, await FindGrantedAsync(reader, row, details, ct)));
                }

                return found;
            },
            ct
        );
        var people = rows.SelectMany(r => new[] { r.Row.Actor, r.To }).OfType<Guid>().Distinct().ToList();
        var known = await accounts.FindAsync(people, ct);
        return PageReply<IdentityOpening>.Of(
            [.. rows.Select(r => Show(r.Row, r.Details, r.To, known))],
            page,
            opening => new Keys(opening.Id)
        );
    }

    private static IdentityOpening Show(
        AuditRow row,
        Details details,
        Guid? to,
        IReadOnlyDictionary<Guid, AccountSummary> known
    ) =>
        new(
            row.Id,
            row.At,
            row.Action == "identities.given" ? OpeningKind.Given : OpeningKind.Read,
            Party(row.Actor, known),
            Party(to, known),
            details.How,
            details.Purpose
        );

    // Of whoever was erased since, the id leads nowhere.
    private static OpeningParty? Party(Guid? account, IReadOnlyDictionary<Guid, AccountSummary> known) =>
        account is not { } id ? null
        : known.TryGetValue(id, out var summary) ? new OpeningParty(id, summary.Username, summary.DisplayName)
        : new OpeningParty(id, null, null);

    private static async Task<Guid?> FindGrantedAsync(
        IReader reader,
        AuditRow row,
        Details details,
        CancellationToken ct
    )
    {
        if (details.Grant is null)
        {
            return null;
        }

        // Two rows of the same millisecond are in no order.
        var bound = Guid.CreateVersion7(row.At.AddSeconds(1));
        var grants = await reader.QueryAsync<AuditRow>(SelectGrants, new { row.Actor, Bound = bound }, ct);
        var subject = grants.FirstOrDefault(grant => Read(grant).Grant == details.Grant)?.Subject;
        return Guid.TryParse(subject, out var account) ? account : null;
    }

    private static Details Read(AuditRow row) =>
        row.Details is null
            ? new Details()
            : JsonSerializer.Deserialize<Details>(row.Details, JsonSerializerOptions.Web)!;
}
