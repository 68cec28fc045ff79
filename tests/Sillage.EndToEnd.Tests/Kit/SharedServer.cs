[assembly: AssemblyFixture(typeof(Sillage.EndToEnd.Tests.Kit.SharedServer))]
[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>
/// One server for the tests that only ask: rate limits off, because they ask a lot; registration open; a study with a
/// participant. Only what the API gives is used to set it up.
/// </summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal const string Study = "shared";

    private readonly TemporaryFolder _folder = new();

    internal SillageServer Server { get; private set; } = null!;

    internal Player Participant { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await SillageServer.StartAsync(
            _folder.Path,
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
                ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
            }
        );
        using var researcher = await RegisterAsync("researcher", "researcher");
        Participant = (await researcher.MakeStudyAsync(Study, 1)).Single();
        (await RegisterAsync("stranger", "researcher")).Dispose();
        (await RegisterAsync("member", null)).Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Makes an account, gives it a role, and logs it in.</summary>
    internal async Task<ApiClient> RegisterAsync(string username, string? role)
    {
        using var anonymous = new ApiClient(Server.CreateClient());
        var account = await anonymous.PostAsync(
            "/api/v1/auth/register",
            new { username, password = ApiClient.Password }
        );
        if (role is not null)
        {
            using var admin = await ApiClient.LogInAsync(Server);
            await admin.PatchAsync($"/api/v1/users/{account.GetProperty("id").GetString()}", new { role });
        }

        return await ApiClient.LogInAsync(Server, username);
    }
}
