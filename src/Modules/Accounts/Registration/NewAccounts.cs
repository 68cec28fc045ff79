using System.Net;
using Sillage.Accounts.Addresses;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Storage.Mapping;

namespace Sillage.Accounts.Registration;

/// <summary>Makes accounts, one at a time, with a password that a person chose.</summary>
internal sealed class NewAccounts(Users users, PasswordHashing hashing, PasswordRules rules, TimeProvider clock)
{
    /// <summary>
    /// Checks what needs no database and computes the hash: before the unit, since it is slow. <paramref name="from"/> is the address
    /// of a stranger; null if it is somebody known who asks.
    /// </summary>
    /// <exception cref="ProblemException">400: the user name or the password is not valid.</exception>
    public async Task<AccountRow> PrepareAsync(
        string username,
        string password,
        string role,
        IPAddress? from,
        CancellationToken ct
    )
    {
        if (!Usernames.IsValid(username))
        {
            throw new ProblemException(
                Problem.BadRequest("The user name is not valid.", new FieldError("/username", Usernames.Rule))
            );
        }

        if (rules.Check(password, username, "/password") is { } problem)
        {
            throw new ProblemException(problem);
        }

        var now = clock.GetUtcNow();
        return new AccountRow
        {
            Id = RandomId.Create(),
            Username = username,
            Role = role,
            PasswordHash = await hashing.HashAsync(password, from, ct),
            // As it is stored, so that this reply and the next GET are the same version.
            CreatedAt = Microseconds.ToTime(Microseconds.From(now)),
        };
    }

    /// <summary>Stores the account through Identity, which gives it a stamp and checks that the name is free.</summary>
    /// <returns>Null if done; else 409.</returns>
    public async Task<Problem?> StoreAsync(
        IUnitOfWork unit,
        AccountRow account,
        string action,
        Guid? actor,
        CancellationToken ct
    )
    {
        using var manager = users.In(unit);
        if ((await manager.CreateAsync(account)).ToProblem() is { } problem)
        {
            return problem;
        }

        await unit.AuditAsync(
            new AuditEntry(action, actor ?? account.Id, account.Id.ToString(), $$"""{"role":"{{account.Role}}"}"""),
            ct
        );
        await unit.PublishAsync(new AccountRegistered(account.Id, account.Role), ct);
        await AccountMails.WelcomeAsync(unit, account, clock.GetUtcNow(), ct);
        return null;
    }

    /// <summary>201, with the password if it was generated.</summary>
    public CreatedReply<Account> Created(AccountRow account, string? generatedPassword = null)
    {
        var reply = Account.Of(account, clock.GetUtcNow()) with { Password = generatedPassword };
        return Reply.Created(reply.Links["self"], reply, noStore: generatedPassword is not null);
    }
}
