using System.Text.Json;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Accounts.Contracts.PersonalData;

/// <summary>
/// What a module must be able to do with a person's data (GDPR articles 15 to 20). Every module that keeps any implements
/// it; the accounts module asks all of them in a person's name. Whatever is changed is audited by the module.
/// </summary>
public interface IPersonalData
{
    /// <summary>The module's section in the person's data: its name.</summary>
    string Section { get; }

    /// <summary>Writes everything kept about the account as one JSON value, a row at a time, in flat memory.</summary>
    Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct);

    /// <summary>Corrects what the person may correct. The patch is an RFC 7396 merge patch of the section.</summary>
    /// <returns>Null if done; else the problem to tell.</returns>
    Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken ct);

    /// <summary>What an erasure would touch, by kind: the dry run.</summary>
    Task<IReadOnlyDictionary<string, long>> CountAsync(Guid accountId, ErasureForm form, CancellationToken ct);

    /// <summary>
    /// Every account that is named anywhere here. Asked after a restore: the list of erasures knows whom it is done with by a
    /// digest only.
    /// </summary>
    Task<IReadOnlyCollection<Guid>> ListAccountsAsync(CancellationToken ct);

    /// <summary>Whether nothing of the account is left here, and no removal of what it recorded is on its way.</summary>
    Task<bool> IsErasedAsync(Guid accountId, CancellationToken ct);

    /// <summary>
    /// Erases, and writes the audit row, in the unit given. Doing it twice does no harm. Afterwards whoever asked takes the account
    /// out of the trail and the kept replies of the module's database (<see cref="ErasedPeople"/>).
    /// </summary>
    Task EraseAsync(Guid accountId, ErasureForm form, IUnitOfWork unit, CancellationToken ct);

    /// <summary>Whether nothing is left of a part; only of interest to a module that puts parts on the list of erasures.</summary>
    Task<bool> IsPartErasedAsync(ErasedPart part, CancellationToken ct) => Task.FromResult(true);

    /// <summary>Erases a part once more, after a restore brought it back. Doing it twice does no harm.</summary>
    Task ErasePartAsync(ErasedPart part, IUnitOfWork unit, CancellationToken ct) => Task.CompletedTask;
}

/// <summary>A part of what a module keeps, as it is on the list of erasures.</summary>
/// <param name="Name">The module's own name of it.</param>
/// <param name="Form">What becomes of the records.</param>
/// <param name="RequestedAt">When it was asked for. What is of the same name and younger is something else.</param>
public sealed record ErasedPart(string Name, ErasureForm Form, DateTimeOffset RequestedAt);

/// <summary>The two forms of erasure.</summary>
public enum ErasureForm
{
    /// <summary>Destroy the tie between the person and the records; the records stay, anonymous.</summary>
    Anonymise,

    /// <summary>Destroy the records too.</summary>
    Destroy,
}

/// <summary>A person has asked to be erased. Each module with personal data follows in a unit of its own.</summary>
/// <param name="AccountId">The account that was.</param>
/// <param name="Form">What becomes of the records.</param>
public sealed record PersonErased(Guid AccountId, ErasureForm Form) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "accounts.person-erased";

    string IEvent.Key => AccountId.ToString();
}
