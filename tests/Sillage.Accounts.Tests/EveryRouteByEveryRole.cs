using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>Who may ask what: each route of the module, asked by nobody, by each role and by an API key, as one table.</summary>
public abstract class EveryRouteByEveryRole(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    // What each caller gets: nobody, member, researcher, administrator, an administrator's API key for traces only.
    // {id} is an account that is not the caller's, {missing} one that does not exist. A 400 means: let in, and told
    // what is wrong with a request that is wrong for everyone.
    private static readonly (string Method, string Path, string Expected)[] Table =
    [
        ("POST", "/api/v1/auth/register", "400 400 400 400 400"),
        ("POST", "/api/v1/auth/confirm-address", "400 400 400 400 400"),
        ("POST", "/api/v1/auth/forgot-password", "400 400 400 400 400"),
        ("POST", "/api/v1/auth/reset-password", "400 400 400 400 400"),
        ("POST", "/api/v1/auth/login", "400 400 400 400 400"),
        ("POST", "/api/v1/auth/refresh", "400 400 400 400 400"),
        ("POST", "/auth/login", "400 400 400 400 400"),
        ("POST", "/api/auth/login", "400 400 400 400 400"),
        ("POST", "/api/auth/refresh", "400 400 400 400 400"),
        ("POST", "/api/auth/register", "400 400 400 400 400"),
        ("POST", "/auth/refresh", "400 400 400 400 400"),
        ("POST", "/api/v1/auth/cookies", "400 400 400 400 400"),
        ("DELETE", "/api/v1/auth/cookies", "204 204 204 204 204"),
        ("POST", "/api/v1/setup", "400 400 400 400 400"),
        ("GET", "/setup", "404 404 404 404 404"),
        ("GET", "/setup/setup.css", "200 200 200 200 200"),
        ("GET", "/setup/setup.js", "200 200 200 200 200"),
        ("GET", "/.well-known/jwks.json", "200 200 200 200 200"),
        ("GET", "/api/v1/erasures/{missing}", "404 404 404 404 404"),
        ("GET", "/api/v1/me", "401 200 200 200 403"),
        ("PATCH", "/api/v1/me", "401 400 400 400 403"),
        ("DELETE", "/api/v1/me", "401 400 400 400 403"),
        ("PUT", "/api/v1/me/password", "401 400 400 400 403"),
        ("GET", "/api/v1/me/address", "401 200 200 200 403"),
        ("POST", "/api/v1/me/address/confirmation", "401 403 403 403 403"),
        ("GET", "/api/v1/me/sessions", "401 200 200 200 403"),
        ("DELETE", "/api/v1/me/sessions/{missing}", "401 404 404 404 403"),
        ("GET", "/api/v1/me/second-factor", "401 200 200 200 403"),
        ("POST", "/api/v1/me/second-factor", "401 200 200 200 403"),
        ("POST", "/api/v1/me/second-factor/confirmation", "401 400 400 400 403"),
        ("POST", "/api/v1/me/second-factor/removal", "401 400 400 400 403"),
        ("POST", "/api/v1/me/second-factor/recovery-codes", "401 400 400 400 403"),
        ("GET", "/api/v1/me/data", "401 200 200 200 403"),
        ("PATCH", "/api/v1/me/data", "401 400 400 400 403"),
        ("GET", "/api/v1/api-keys", "401 200 200 200 403"),
        ("POST", "/api/v1/api-keys", "401 400 400 400 403"),
        ("GET", "/api/v1/api-keys/{missing}", "401 404 404 404 403"),
        ("DELETE", "/api/v1/api-keys/{missing}", "401 404 404 404 403"),
        ("GET", "/api/v1/users", "401 403 403 200 403"),
        ("POST", "/api/v1/users", "401 403 403 400 403"),
        ("GET", "/api/v1/users/{id}", "401 200 200 200 404"),
        ("GET", "/api/users/{id}", "401 200 200 200 404"),
        ("PATCH", "/api/v1/users/{id}", "401 403 403 400 403"),
        ("DELETE", "/api/v1/users/{id}", "401 403 403 400 403"),
        ("POST", "/api/v1/users/{missing}/password", "401 403 403 404 403"),
        ("DELETE", "/api/v1/users/{missing}/second-factor", "401 403 403 404 403"),
        ("GET", "/api/v1/audit", "401 403 403 200 403"),
        ("GET", "/api/v1/signing-keys", "401 403 403 200 403"),
        ("POST", "/api/v1/signing-keys/rotate", "401 403 403 204 403"),
        // The last one, since it ends the sessions that ask.
        ("POST", "/api/v1/auth/logout", "401 204 204 204 403"),
    ];

    [Fact]
    public async Task Every_route_answers_every_role_as_the_table_says()
    {
        var member = await NewPersonAsync();
        var researcher = await NewPersonAsync("researcher");
        var administrator = await NewPersonAsync("administrator");
        var other = await NewPersonAsync();
        var made = await PostAsync(
            "/api/v1/api-keys",
            new { permissions = new[] { "games.play" } },
            administrator.Token
        );
        Credential?[] callers =
        [
            null,
            member.Token,
            researcher.Token,
            administrator.Token,
            Credential.Bearer((string)made.Json["key"]!),
        ];

        var wrong = new List<string>();
        foreach (var (method, path, expected) in Table)
        {
            var address = path.Replace("{id}", other.Id.ToString(), StringComparison.Ordinal)
                .Replace("{missing}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal);
            var answers = new List<string>();
            var body = method is not ("GET" or "DELETE") && expected.Contains("400") ? "[]" : null;
            foreach (var caller in callers)
            {
                var answer = await Server.SendAsync(new HttpMethod(method), address, body, caller);
                answers.Add(((int)answer.Status).ToString());
            }

            if (string.Join(' ', answers) != expected)
            {
                wrong.Add($"{method} {path}: {string.Join(' ', answers)} instead of {expected}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void The_table_has_every_route_of_the_module()
    {
        var known = Table.Select(row => $"{row.Method} {Shape(row.Path)}").ToHashSet();
        var missing = Server
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.OfType<System.Reflection.MethodInfo>().Any(IsOurs))
            .SelectMany(e =>
                e.Metadata.GetMetadata<HttpMethodMetadata>()!
                    .HttpMethods.Select(m => $"{m} {Shape(e.RoutePattern.RawText!)}")
            )
            .Where(route => !known.Contains(route));

        missing.ShouldBeEmpty();
        known.Count.ShouldBe(Table.Length);
    }

    private static bool IsOurs(System.Reflection.MethodInfo method) =>
        method.DeclaringType?.Assembly == typeof(AccountsModule).Assembly;

    private static string Shape(string path) =>
        path.Replace("{id:guid}", "{}", StringComparison.Ordinal)
            .Replace("{id}", "{}", StringComparison.Ordinal)
            .Replace("{missing}", "{}", StringComparison.Ordinal)
            .TrimEnd('/');
}

public sealed class EveryRouteByEveryRole_on_sqlite(SqliteAccounts accounts)
    : EveryRouteByEveryRole(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class EveryRouteByEveryRole_on_postgres(PostgresAccounts accounts)
    : EveryRouteByEveryRole(accounts),
        IClassFixture<PostgresAccounts>;
