using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>A restore gives nobody back what was taken away since the backup, and a backup alone opens nothing.</summary>
public sealed class RevokedStaysRevokedTests(PostgresServer postgres) : IDisposable
{
    private const string Changed = "another wake that stays";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_revoked_since_the_backup_stays_revoked(bool onPostgres)
    {
        var environment = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
        };
        if (onPostgres)
        {
            environment["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync();
        }

        string goodKey;
        string deletedKey;
        string token;
        string refresh;
        string oldKid;
        await using (var server = await SillageServer.StartAsync(_folder.Path, environment))
        {
            using var admin = await ApiClient.LogInAsync(server);
            foreach (
                var (name, role) in new[]
                {
                    ("keeper", "researcher"),
                    ("changer", "member"),
                    ("shut", "administrator"),
                    ("lowered", "administrator"),
                    ("raised", "member"),
                }
            )
            {
                await admin.PostAsync(
                    "/api/v1/users",
                    new
                    {
                        username = name,
                        password = ApiClient.Password,
                        role,
                    }
                );
            }

            using var keeper = await ApiClient.LogInAsync(server, "keeper");
            goodKey = await MakeKeyAsync(keeper, "good");
            deletedKey = await MakeKeyAsync(keeper, "deleted");
            var session = await keeper.PostAsync(
                "/api/v1/auth/login",
                new { username = "keeper", password = ApiClient.Password }
            );
            token = session.GetProperty("access_token").GetString()!;
            refresh = session.GetProperty("refresh_token").GetString()!;
            oldKid = await KidAsync(server);

            // By way of the standard output, as into a program that encrypts.
            var backup = $"'{Repository.Executable}' backup - | cat > game.backup";
            (
                await CommandRun.RunAsync("bash", _folder.Path, ["-o", "pipefail", "-c", backup], environment)
            ).ExitCode.ShouldBe(0);

            await DeleteKeyAsync(keeper, "deleted");
            using var changer = await ApiClient.LogInAsync(server, "changer");
            await ChangePasswordAsync(changer);
            await ChangeAsync(admin, "shut", new { disabled = true });
            await ChangeAsync(admin, "lowered", new { role = "member" });
            await ChangeAsync(admin, "raised", new { role = "administrator" });
            await Eventually.HoldsAsync(async () =>
                await CountAsync(environment.GetValueOrDefault("SILLAGE_POSTGRES")) == 5
            );
            (await server.StopAsync()).ShouldBe(0);
        }

        NothingOf(oldKid, onPostgres);
        var restore = await CommandRun.SillageAsync(_folder.Path, ["restore", "game.backup", "--yes"], environment);
        restore.ExitCode.ShouldBe(0, restore.Error);

        await using (var server = await SillageServer.StartAsync(_folder.Path, environment))
        {
            (await KidAsync(server)).ShouldNotBe(oldKid);
            (await StatusAsync(server, token)).ShouldBe(HttpStatusCode.Unauthorized, "the token");
            (await StatusAsync(server, deletedKey)).ShouldBe(HttpStatusCode.Unauthorized, "the deleted key");
            (await StatusAsync(server, goodKey)).ShouldBe(HttpStatusCode.OK, "the key that stayed");
            using (var anonymous = server.CreateClient())
            {
                using var again = await anonymous.PostAsJsonAsync(
                    "/api/v1/auth/refresh",
                    new { refresh_token = refresh }
                );
                again.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "the session");
            }

            (await LogInAsync(server, "keeper", ApiClient.Password)).ShouldBe(HttpStatusCode.OK);
            (await LogInAsync(server, "changer", ApiClient.Password)).ShouldBe(
                HttpStatusCode.Unauthorized,
                "the old one"
            );
            (await LogInAsync(server, "changer", Changed)).ShouldBe(
                HttpStatusCode.Unauthorized,
                "unknown to the backup"
            );
            (await LogInAsync(server, "shut", ApiClient.Password)).ShouldBe(HttpStatusCode.Unauthorized, "shut");
            using var admin = await ApiClient.LogInAsync(server);
            (await FindAsync(admin, "lowered")).GetProperty("role").GetString().ShouldBe("member");
            (await FindAsync(admin, "raised")).GetProperty("role").GetString().ShouldBe("member", "nothing is given");

            var id = (await FindAsync(admin, "changer")).GetProperty("id").GetString();
            var reset = await admin.PostAsync($"/api/v1/users/{id}/password", new { });
            (await LogInAsync(server, "changer", reset.GetProperty("password").GetString()!)).ShouldBe(
                HttpStatusCode.OK
            );
            await server.StopAsync();
        }

        // Once applied, it is not applied again to what was given since.
        await using (var server = await SillageServer.StartAsync(_folder.Path, environment))
        {
            using var admin = await ApiClient.LogInAsync(server);
            await ChangeAsync(admin, "lowered", new { role = "administrator" });
            await server.StopAsync();
        }

        await using var last = await SillageServer.StartAsync(_folder.Path, environment);
        using var looking = await ApiClient.LogInAsync(last);
        (await FindAsync(looking, "lowered")).GetProperty("role").GetString().ShouldBe("administrator");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_second_factor_is_after_a_restore_what_it_was_before(bool onPostgres)
    {
        var environment = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
        };
        if (onPostgres)
        {
            environment["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync();
        }

        Authenticator kept;
        string used;
        await using (var server = await SillageServer.StartAsync(_folder.Path, environment))
        {
            using var admin = await ApiClient.LogInAsync(server);
            foreach (var name in new[] { "keeper", "loser", "later" })
            {
                await admin.PostAsync("/api/v1/users", new { username = name, password = ApiClient.Password });
            }

            using var keeper = await ApiClient.LogInAsync(server, "keeper");
            kept = await Authenticator.SetUpAsync(keeper);
            using var loser = await ApiClient.LogInAsync(server, "loser");
            await Authenticator.SetUpAsync(loser);
            (await CommandRun.SillageAsync(_folder.Path, ["backup", "game.backup"], environment)).ExitCode.ShouldBe(0);

            used = kept.NextCode();
            (await LogInAsync(server, "keeper", ApiClient.Password, used)).ShouldBe(HttpStatusCode.OK);
            var id = (await FindAsync(admin, "loser")).GetProperty("id").GetString();
            (await admin.Client.DeleteAsync($"/api/v1/users/{id}/second-factor")).EnsureSuccessStatusCode();
            using var later = await ApiClient.LogInAsync(server, "later");
            await Authenticator.SetUpAsync(later);
            // The three, and before the backup the passwords alone of two.
            await Eventually.HoldsAsync(async () =>
                await CountAsync(environment.GetValueOrDefault("SILLAGE_POSTGRES")) == 5
            );
            (await server.StopAsync()).ShouldBe(0);
        }

        var restore = await CommandRun.SillageAsync(_folder.Path, ["restore", "game.backup", "--yes"], environment);
        restore.ExitCode.ShouldBe(0, restore.Error);
        await using var last = await SillageServer.StartAsync(_folder.Path, environment);
        (await LogInAsync(last, "keeper", ApiClient.Password)).ShouldBe(HttpStatusCode.Unauthorized, "no code");
        (await LogInAsync(last, "keeper", ApiClient.Password, used)).ShouldBe(HttpStatusCode.Unauthorized, "used");
        (await LogInAsync(last, "keeper", ApiClient.Password, kept.NextCode())).ShouldBe(HttpStatusCode.OK);
        (await LogInAsync(last, "loser", ApiClient.Password)).ShouldBe(HttpStatusCode.OK, "taken away stays so");
        (await LogInAsync(last, "later", ApiClient.Password)).ShouldBe(
            HttpStatusCode.Unauthorized,
            "the password alone counts no more"
        );
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> MakeKeyAsync(ApiClient api, string name) =>
        (await api.PostAsync("/api/v1/api-keys", new { name, permissions = new[] { "self" } }))
            .GetProperty("key")
            .GetString()!;

    private static async Task DeleteKeyAsync(ApiClient api, string name)
    {
        var keys = (await api.GetAsync("/api/v1/api-keys")).GetProperty("items").EnumerateArray();
        var id = keys.Single(key => key.GetProperty("name").GetString() == name).GetProperty("id").GetString();
        (await api.Client.DeleteAsync($"/api/v1/api-keys/{id}")).EnsureSuccessStatusCode();
    }

    private static async Task ChangePasswordAsync(ApiClient api)
    {
        var change = new { currentPassword = ApiClient.Password, newPassword = Changed };
        (await api.Client.PutAsJsonAsync("/api/v1/me/password", change)).EnsureSuccessStatusCode();
    }

    private static async Task ChangeAsync(ApiClient admin, string username, object change)
    {
        var id = (await FindAsync(admin, username)).GetProperty("id").GetString();
        await admin.PatchAsync($"/api/v1/users/{id}", change);
    }

    private static async Task<JsonElement> FindAsync(ApiClient admin, string username) =>
        (await admin.GetAsync("/api/v1/users?limit=100"))
            .GetProperty("items")
            .EnumerateArray()
            .Single(user => user.GetProperty("username").GetString() == username);

    /// <summary>How many revocations are on the list that outlives a restore.</summary>
    private async Task<long> CountAsync(string? connection)
    {
        const string Count = "SELECT count(*) FROM revocation";
        if (connection is null)
        {
            var run = await CommandRun.RunAsync("sqlite3", _folder.Path, [_folder["data/revocations.db"], Count]);
            return long.Parse(run.Output, CultureInfo.InvariantCulture);
        }

        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(Count.Replace("revocation", "revocations.revocation"));
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<string> KidAsync(SillageServer server)
    {
        using var client = server.CreateClient();
        var keys = await client.GetFromJsonAsync<JsonElement>("/.well-known/jwks.json");
        return keys.GetProperty("keys").EnumerateArray().First().GetProperty("kid").GetString()!;
    }

    private static async Task<HttpStatusCode> StatusAsync(SillageServer server, string credential)
    {
        using var client = server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        using var reply = await client.GetAsync("/api/v1/me");
        return reply.StatusCode;
    }

    private static async Task<HttpStatusCode> LogInAsync(
        SillageServer server,
        string username,
        string password,
        string? code = null
    )
    {
        using var client = server.CreateClient();
        using var reply = await client.PostAsJsonAsync(
            "/api/v1/auth/login",
            new
            {
                username,
                password,
                code,
            }
        );
        return reply.StatusCode;
    }

    /// <summary>The name of the key that signs is in no part of the backup, and so neither is the key.</summary>
    private void NothingOf(string kid, bool onPostgres)
    {
        using var archive = ZipFile.OpenRead(_folder["game.backup"]);
        archive.Entries.ShouldContain(entry => entry.FullName.StartsWith("accounts", StringComparison.Ordinal));
        foreach (var entry in archive.Entries)
        {
            using var content = new MemoryStream();
            using (var packed = entry.Open())
            {
                packed.CopyTo(content);
            }

            var found = content.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(kid)) >= 0;
            // The audit says when which key was made; that alone signs nothing.
            found.ShouldBeFalse($"{entry.FullName} {(onPostgres ? "of PostgreSQL" : "of SQLite")}");
        }
    }
}
