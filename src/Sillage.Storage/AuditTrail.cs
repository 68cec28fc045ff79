using System.Text;

namespace Sillage.Storage;

/// <summary>A row of the audit trail as stored.</summary>
/// <param name="Id">Unique, and in the order of time (UUIDv7).</param>
/// <param name="At">When.</param>
/// <param name="Action">What was done, as <c>noun.verb</c>.</param>
/// <param name="Actor">The account that did it; null for the system itself.</param>
/// <param name="Subject">What it was done to.</param>
/// <param name="Details">More, as JSON; may be null.</param>
public sealed record AuditRow(Guid Id, DateTimeOffset At, string Action, Guid? Actor, string Subject, string? Details);

/// <summary>Which rows to read; what is null does not narrow.</summary>
/// <param name="Action">Only this action.</param>
/// <param name="Actor">Only what this account did.</param>
/// <param name="Subject">Only what was done to this.</param>
/// <param name="Before">Only rows before this one: the last of the page read last.</param>
public sealed record AuditFilter(
    string? Action = null,
    Guid? Actor = null,
    string? Subject = null,
    Guid? Before = null
);

/// <summary>Reads a module's audit trail; <see cref="IUnitOfWork.AuditAsync"/> writes it.</summary>
public static class AuditTrail
{
    /// <summary>A page of the trail, newest first. Its cost does not grow with the trail.</summary>
    /// <param name="reader">A snapshot of the module's data.</param>
    /// <param name="filter">Which rows.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Ends it early.</param>
    public static Task<IReadOnlyList<AuditRow>> ReadAuditAsync(
        this IReader reader,
        AuditFilter filter,
        int limit,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(filter);
        var parameters = new
        {
            filter.Action,
            filter.Actor,
            filter.Subject,
            filter.Before,
            Limit = (long)limit,
        };
        return reader.QueryAsync<AuditRow>(Select(filter), parameters, ct);
    }

    /// <summary>Only the conditions that apply, so that each combination gets the index that fits it.</summary>
    private static string Select(AuditFilter filter)
    {
        var sql = new StringBuilder("SELECT id, at, action, actor, subject, details FROM sillage_audit WHERE 1 = 1");
        foreach (
            var (applies, condition) in new[]
            {
                (filter.Action is not null, " AND action = @Action"),
                (filter.Actor is not null, " AND actor = @Actor"),
                (filter.Subject is not null, " AND subject = @Subject"),
                (filter.Before is not null, " AND id < @Before"),
            }
        )
        {
            sql.Append(applies ? condition : "");
        }

        return sql.Append(" ORDER BY id DESC LIMIT @Limit").ToString();
    }
}
