using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Passwords;
using Sillage.Accounts.People;
using Sillage.Storage;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>What other modules ask of accounts.</summary>
public abstract class ProvisioningAccounts(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    private IAccountDirectory Directory => Server.Services.GetRequiredService<IAccountDirectory>();

    [Fact]
    public async Task Every_password_that_is_generated_is_hard_to_guess()
    {
        var names = Enumerable.Range(0, 20).Select(_ => NewName()).ToArray();
        var given = (await Directory.ProvisionAsync(names, Guid.Empty, default)).Accounts.Select(a => a.Password);
        var person = await NewPersonAsync();
        var administrator = (await AdministratorAsync()).Token;
        var reset = await PostAsync($"/api/v1/users/{person.Id}/password", null, administrator);
        var made = await PostAsync("/api/v1/users", new { username = NewName() }, administrator);
        // What `sillage reset-password` prints.
        var printed = await Server
            .Services.GetRequiredService<PasswordReset>()
            .ResetAsync(person.Username, false, default);

        string[] all = [.. given, (string)reset.Json["password"]!, (string)made.Json["password"]!, printed!];
        var rules = Server.Services.GetRequiredService<PasswordRules>();
        all.ShouldAllBe(password => rules.Refusal(password, person.Username) == null);
    }

    [Fact]
    public async Task A_thousand_accounts_are_made_at_once_each_with_a_password_of_its_own()
    {
        var prefix = NewName();
        var names = Enumerable.Range(1, 1000).Select(i => $"{prefix}-{i}").ToArray();

        var made = await Directory.ProvisionAsync(names, Guid.Empty, default);

        made.Refused.ShouldBeEmpty();
        made.Accounts.Select(a => a.Username).ShouldBe(names);
        made.Accounts.Select(a => a.Password).Distinct().Count().ShouldBe(1000);
        var found = await Directory.FindAsync([.. made.Accounts.Select(a => a.Id), Guid.Empty], default);
        found.Count.ShouldBe(1000);
        found.Values.ShouldAllBe(a => a.Role == "member");
        await Server.LogInAsync(names[^1], made.Accounts[^1].Password);
    }

    [Fact]
    public async Task If_one_name_cannot_be_had_none_is_made_and_the_reply_says_which()
    {
        var taken = await NewPersonAsync();
        var free = NewName();

        var made = await Directory.ProvisionAsync([free, taken.Username.ToUpperInvariant()], Guid.Empty, default);
        made.Accounts.ShouldBeEmpty();
        made.Refused.Keys.ShouldBe([1]);

        var bad = await Directory.ProvisionAsync([free, free.ToUpperInvariant(), "a b", "\0"], Guid.Empty, default);
        bad.Accounts.ShouldBeEmpty();
        bad.Refused.Keys.ShouldBe([1, 2, 3]);
        (await Directory.FindByUsernameAsync(free, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_two_who_provision_one_name_at_once_one_gets_it()
    {
        string[] names = [NewName(), NewName()];

        var made = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => Directory.ProvisionAsync(names, Guid.Empty, default))
        );

        made.Count(m => m.Accounts.Count == 2).ShouldBe(1);
        made.Where(m => m.Accounts.Count == 0).ShouldAllBe(m => m.Refused.Count == 2);
    }

    [Fact]
    public async Task The_hash_is_made_slow_at_the_first_login()
    {
        var name = NewName();
        var made = await Directory.ProvisionAsync([name], Guid.Empty, default);
        async Task<string> HashAsync() =>
            (
                await Server
                    .Services.GetRequiredService<IDatabase<AccountsData>>()
                    .ReadAsync(
                        reader =>
                            reader.ScalarAsync<string>(
                                "SELECT password_hash FROM account WHERE username = @name",
                                new { name }
                            ),
                        default
                    )
            )!;
        // Identity's format 3: a marker, the function and then the rounds, big-endian.
        static int Rounds(string hash) =>
            System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(hash).AsSpan(5));

        Rounds(await HashAsync()).ShouldBe(2_000);
        await Server.LogInAsync(name, made.Accounts[0].Password);
        Rounds(await HashAsync()).ShouldBe(AccountsUnderTest.PasswordRounds);
        await Server.LogInAsync(name, made.Accounts[0].Password);
    }

    [Fact]
    public async Task Accounts_that_nobody_has_used_can_be_withdrawn_and_no_others()
    {
        var person = await NewPersonAsync();
        string[] names = [NewName(), NewName()];
        var made = await Directory.ProvisionAsync(names, Guid.Empty, default);
        await Server.LogInAsync(names[0], made.Accounts[0].Password);

        await Directory.WithdrawAsync([.. made.Accounts.Select(a => a.Id), person.Id], default);

        (await Directory.FindByUsernameAsync(names[0], default)).ShouldNotBeNull();
        (await Directory.FindByUsernameAsync(names[1], default)).ShouldBeNull();
        (await Directory.FindByUsernameAsync(person.Username, default)).ShouldNotBeNull();
        (
            await PostAsync("/api/v1/auth/login", new { username = names[1], password = made.Accounts[1].Password })
        ).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void A_generated_password_is_easy_to_type_and_hard_to_guess()
    {
        var passwords = Enumerable.Range(0, 1000).Select(_ => GeneratedPassword.Create()).ToArray();

        passwords.ShouldAllBe(p => p.Length == 14 && p[4] == '-' && p[9] == '-');
        passwords.SelectMany(p => p).Intersect("0O1lIo").ShouldBeEmpty();
        passwords.SelectMany(p => p).Where(c => c != '-').Distinct().Count().ShouldBe(32);
    }
}

public sealed class ProvisioningAccounts_on_sqlite(SqliteAccounts accounts)
    : ProvisioningAccounts(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class ProvisioningAccounts_on_postgres(PostgresAccounts accounts)
    : ProvisioningAccounts(accounts),
        IClassFixture<PostgresAccounts>;
