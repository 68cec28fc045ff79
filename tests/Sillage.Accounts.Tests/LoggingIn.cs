using System.Net;
using Shouldly;
using Xunit;

namespace Sillage.Accounts.Tests;

public abstract class LoggingIn(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    [Fact]
    public async Task A_person_registers_logs_in_refreshes_and_logs_out()
    {
        var name = NewName();
        var registered = await PostAsync("/api/v1/auth/register", new { username = name, password = Password });
        registered.Status.ShouldBe(HttpStatusCode.Created);
        registered.Message.Headers.Location!.ToString().ShouldBe($"/api/v1/users/{registered.Json["id"]}");

        var login = await PostAsync(
            "/api/v1/auth/login",
            new { username = name.ToUpperInvariant(), password = Password }
        );
        login.Status.ShouldBe(HttpStatusCode.OK);
        ((string)login.Json["token_type"]!).ShouldBe("Bearer");
        ((int)login.Json["expires_in"]!).ShouldBe(900);
        login.Header("Cache-Control")!.ShouldContain("no-store");

        var refreshed = await PostAsync(
            "/api/v1/auth/refresh",
            new { refresh_token = (string)login.Json["refresh_token"]! }
        );
        refreshed.Status.ShouldBe(HttpStatusCode.OK);
        var token = Credential.Bearer((string)refreshed.Json["access_token"]!);
        (await PostAsync("/api/v1/auth/logout", credential: token)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await PostAsync("/api/v1/auth/logout", credential: token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }
}

public sealed class LoggingIn_on_sqlite(SqliteAccounts accounts) : LoggingIn(accounts), IClassFixture<SqliteAccounts>;

public sealed class LoggingIn_on_postgres(PostgresAccounts accounts)
    : LoggingIn(accounts),
        IClassFixture<PostgresAccounts>;
