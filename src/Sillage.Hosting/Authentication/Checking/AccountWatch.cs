using Sillage.Api.Access;

namespace Sillage.Hosting.Authentication.Checking;

/// <summary>Tells those who hold on to a caller when to look again, and what they find then.</summary>
public sealed class AccountWatch(IAccountRecords records, Permissions permissions, TimeProvider clock) : IAccountWatch
{
    /// <inheritdoc />
    public void OnChanged(Action<Guid> heard) => records.OnChanged(heard);

    /// <inheritdoc />
    public async ValueTask<Caller?> FindAsync(Caller caller, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.Kind is CredentialKind.Session && caller.Basis is { } kid && records.FindKey(kid) is null)
        {
            return null;
        }

        var question = new StandingQuestion(caller.Kind, caller.Id, caller.CredentialId, caller.Basis);
        return await records.FindStandingAsync(question, ct) is { } now && !(now.ExpiresAt <= clock.GetUtcNow())
            ? now.ToCaller(permissions, caller.Kind, caller.Basis) with
            {
                Reply = caller.Reply,
            }
            : null;
    }
}
