using Sillage.Storage.Events;

namespace Sillage.Storage;

/// <summary>What one write does: its statements, events and audit rows are stored together or not at all.</summary>
public interface IUnitOfWork : IReader
{
    /// <summary>Runs a statement.</summary>
    /// <returns>The number of rows it touched.</returns>
    /// <exception cref="UniqueViolationException">A unique key is taken.</exception>
    Task<int> ExecuteAsync(Sql sql, object? parameters = null, CancellationToken cancellationToken = default);

    /// <summary>Writes the event into the outbox: it leaves with the commit, or not at all.</summary>
    Task PublishAsync<TEvent>(TEvent domainEvent, CancellationToken cancellationToken = default)
        where TEvent : IEvent;

    /// <summary>Writes an audit row. It must not hold personal data beyond ids: it outlives an erasure.</summary>
    Task AuditAsync(AuditEntry entry, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs once the commit is durable, before the writer's caller goes on: for waking those who wait. Must be quick and
    /// must not throw. A unit that is run again starts with none registered.
    /// </summary>
    void OnCommitted(Action action);
}

/// <summary>One row of the audit trail: who did what to whom.</summary>
/// <param name="Action">What was done, as <c>noun.verb</c> (<c>account.erased</c>).</param>
/// <param name="Actor">The account that did it; null for the system itself.</param>
/// <param name="Subject">What it was done to: the id of an account, a study, a key.</param>
/// <param name="Details">Counts and names of what changed, as JSON; null if there is nothing to add.</param>
public sealed record AuditEntry(string Action, Guid? Actor, string Subject, string? Details = null);
