using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Accounts.People;

/// <summary>Something that was done.</summary>
/// <param name="Id">Unique, and in the order of time.</param>
/// <param name="At">When.</param>
/// <param name="Module">Where.</param>
/// <param name="Action">What, as <c>noun.verb</c>.</param>
/// <param name="Actor">The account that did it; absent for the server itself.</param>
/// <param name="Subject">What it was done to: the id of an account, the slug of a study.</param>
/// <param name="Details">Counts and names of what changed, as JSON in a string; absent if there is nothing to add.</param>
public sealed record AuditedAction(
    Guid Id,
    DateTimeOffset At,
    string Module,
    string Action,
    Guid? Actor,
    string Subject,
    string? Details
);

/// <summary>Shows the audit trail of all modules in this process as one.</summary>
internal static class ReadAudit
{
    private const int LongestFilter = 200;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/v1/audit", Handle)
            .RequirePermission(AccountsPermission.ReadAudit)
            .WithTags("Users")
            .WithSummary("Read the audit trail")
            .WithDescription(
                "Who did what to whom, the newest first: changes of accounts, roles and keys, erasures, openings of identities."
            )
            .WithQuery("action", "Only this action.", "account.erased")
            .WithQuery("actor", "Only what this account did.")
            .WithQuery("subject", "Only what was done to this: the id of an account, the slug of a study.")
            .Fails(StatusCodes.Status400BadRequest);

    internal static async Task<Results<PageReply<AuditedAction>, Problem>> Handle(
        PageRequest page,
        IEnumerable<IDatabase> databases,
        CancellationToken ct,
        string? action = null,
        Guid? actor = null,
        string? subject = null
    )
    {
        foreach (var (name, value) in new[] { ("?action", action), ("?subject", subject) })
        {
            if (value is { Length: > LongestFilter } || value?.Any(char.IsControl) == true)
            {
                return Problem.BadRequest(
                    "The filter is not valid.",
                    new FieldError(name, $"At most {LongestFilter} characters, no control characters.")
                );
            }
        }

        var filter = new AuditFilter(action, actor, subject, page.After<Keys>()?.Id);
        var rows = new List<AuditedAction>();
        foreach (var database in databases)
        {
            var some = await database.ReadAsync(reader => reader.ReadAuditAsync(filter, page.Limit + 1, ct), ct);
            rows.AddRange(
                some.Select(row => new AuditedAction(
                    row.Id,
                    row.At,
                    database.Name,
                    row.Action,
                    row.Actor,
                    row.Subject,
                    row.Details
                ))
            );
        }

        // A page of the whole is among the pages of its parts.
        return PageReply<AuditedAction>.Of(
            [.. rows.OrderByDescending(row => row.Id, ByBytes).Take(page.Limit + 1)],
            page,
            row => new Keys(row.Id)
        );
    }

    // As both engines order them.
    private static readonly Comparer<Guid> ByBytes = Comparer<Guid>.Create(
        (a, b) => a.ToByteArray(bigEndian: true).AsSpan().SequenceCompareTo(b.ToByteArray(bigEndian: true))
    );

    private sealed record Keys(Guid Id);
}
