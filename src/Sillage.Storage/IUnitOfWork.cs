using Sillage.Storage.Events;
using Sillage.Storage.Work;

namespace Sillage.Storage;

/// <summary>What one write does: its statements, events, jobs and audit rows are stored together or not at all.</summary>
public interface IUnitOfWork : IReader
{
    /// <summary>Runs a statement.</summary>
    /// <returns>The number of rows it touched.</returns>
    /// <exception cref="UniqueViolationException">A unique key is taken.</exception>
    Task<int> ExecuteAsync(Sql sql, object? parameters = null, CancellationToken ct = default);

    /// <summary>
    /// Runs a statement for each of many rows: that of SQLite for one after the other, that of PostgreSQL once, in which each property is an
    /// array, for <c>unnest</c>: there each statement is a way to the engine and back.
    /// </summary>
    /// <returns>The number of rows it touched in all.</returns>
    /// <exception cref="UniqueViolationException">A unique key is taken.</exception>
    Task<int> ExecuteEachAsync(Sql sql, IReadOnlyCollection<object> rows, CancellationToken ct = default);

    /// <summary>Writes the event into the outbox: it leaves with the commit, or not at all.</summary>
    Task PublishAsync<TEvent>(TEvent domainEvent, CancellationToken ct = default)
        where TEvent : IEvent;

    /// <summary>Writes events of one kind into the outbox, in their order; many cost little more than one.</summary>
    Task PublishAllAsync<TEvent>(IReadOnlyCollection<TEvent> domainEvents, CancellationToken ct = default)
        where TEvent : IEvent;

    /// <summary>
    /// Has something done in the background, by what <see cref="WorkRegistration.AddWork"/> registered for it in this module:
    /// it begins after the commit, or never.
    /// </summary>
    /// <param name="job">What to do.</param>
    /// <param name="dueAt">Not before this time; null for at once.</param>
    /// <param name="ct">Ends the wait.</param>
    Task EnqueueAsync<TJob>(TJob job, DateTimeOffset? dueAt = null, CancellationToken ct = default)
        where TJob : IJob;

    /// <summary>Writes an audit row. It must not hold personal data beyond ids: it outlives an erasure.</summary>
    Task AuditAsync(AuditEntry entry, CancellationToken ct = default);

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
public sealed record AuditEntry(string Action, Guid? Actor, string Subject, string? Details = null)
{
    /// <summary>Whether the row tells the day only: for what is about somebody erased.</summary>
    public bool IsOfTheDay { get; init; }
}
