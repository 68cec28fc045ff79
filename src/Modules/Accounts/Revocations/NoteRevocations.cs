using Sillage.Accounts.Contracts;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Accounts.Revocations;

/// <summary>A credential of an account counts no more.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Kind">One of <see cref="RevocationKind"/>.</param>
/// <param name="Value">Which, see there.</param>
internal sealed record CredentialRevoked(Guid AccountId, string Kind, string Value) : IEvent
{
    public static string EventName => "accounts.credential-revoked";

    string IEvent.Key => AccountId.ToString();
}

/// <summary>Writes down each revoked credential.</summary>
internal sealed class NoteCredential : IEventHandler<CredentialRevoked>
{
    public Task Handle(EventContext<CredentialRevoked> context, IUnitOfWork unit, CancellationToken ct) =>
        RevocationList.AddAsync(context, context.Event.AccountId, context.Event.Kind, context.Event.Value, unit, ct);
}

/// <summary>Writes down each change of role.</summary>
internal sealed class NoteRole : IEventHandler<RolesChanged>
{
    public Task Handle(EventContext<RolesChanged> context, IUnitOfWork unit, CancellationToken ct) =>
        RevocationList.AddAsync(
            context,
            context.Event.AccountId,
            RevocationKind.Role,
            context.Event.Roles[0],
            unit,
            ct
        );
}

/// <summary>Writes down who is shut out or let in again.</summary>
internal sealed class NoteDisabled : IEventHandler<AccountDisabled>
{
    public Task Handle(EventContext<AccountDisabled> context, IUnitOfWork unit, CancellationToken ct) =>
        RevocationList.AddAsync(
            context,
            context.Event.AccountId,
            RevocationKind.Disabled,
            context.Event.Disabled ? bool.TrueString : bool.FalseString,
            unit,
            ct
        );
}

/// <summary>Forgets whoever is erased.</summary>
internal sealed class ForgetErased : IEventHandler<PersonErased>
{
    public Task Handle(EventContext<PersonErased> context, IUnitOfWork unit, CancellationToken ct) =>
        RevocationList.ForgetAsync(unit, context.Event.AccountId, ct);
}
