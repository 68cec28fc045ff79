using System.Net;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>Whatever goes on for long has a share per account and per address: nobody takes all there are.</summary>
public sealed class ShareTests(ITestOutputHelper output) : IDisposable
{
    private const int PerAccount = 2;
    private const int PerAddress = 3;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task No_account_and_no_network_has_more_long_replies_open_than_its_share()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(
                ("SILLAGE_ACCOUNTS__REGISTRATION", "open"),
                ("SILLAGE_LIMITS__STREAMS__PERACCOUNT", $"{PerAccount}"),
                ("SILLAGE_LIMITS__STREAMS__PERADDRESS", $"{PerAddress}"),
                ("SILLAGE_LIMITS__EXPORTS__PERACCOUNT", $"{PerAccount}"),
                ("SILLAGE_LIMITS__EXPORTS__PERADDRESS", $"{PerAddress}")
            )
        );
        using var first = await ApiClient.LogInAsync(server);
        using var second = await AdministratorAsync(server, first, "second");
        await first.MakeStudyAsync("shares", 1);
        var named = await LongReplies.FillAsync(first, "shares", second);

        var limited = 0;
        foreach (var operation in await LongReplies.AllAsync(first.Client))
        {
            var path = operation.Address(named);
            var open = new List<OpenReading>();
            try
            {
                open.Add(await OpenAsync(server, first, path));
                open.Add(await OpenAsync(server, first, path));
                using var third = await OpenReading.StatusAsync(server, first, path);
                output.WriteLine($"{operation.Name}: two open, the third is {(int)third.StatusCode}");
                if (third.StatusCode == HttpStatusCode.OK)
                {
                    // Too short a reply to be open still.
                    continue;
                }

                limited++;
                await ShouldBeRefusedAsync(third, "PerAccount", operation);
                open.Add(await OpenAsync(server, second, path));
                using var fourth = await OpenReading.StatusAsync(server, second, path);
                await ShouldBeRefusedAsync(fourth, "PerAddress", operation);
            }
            finally
            {
                open.ForEach(reading => reading.Dispose());
            }
        }

        limited.ShouldBeGreaterThanOrEqualTo(5);
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Opens one; what was given up before can be had again once the server has noticed.</summary>
    private static async Task<OpenReading> OpenAsync(SillageServer server, ApiClient api, string path)
    {
        OpenReading? opened = null;
        await Eventually.HoldsAsync(async () =>
            (opened = await OpenReading.TryOpenAsync(server, api, path)) is not null
        );
        return opened!;
    }

    private static async Task ShouldBeRefusedAsync(HttpResponseMessage reply, string share, Operation operation)
    {
        reply.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, operation.Name);
        reply.Headers.RetryAfter.ShouldNotBeNull(operation.Name);
        (await reply.Content.ReadAsStringAsync()).ShouldContain(share, customMessage: operation.Name);
    }

    private static async Task<ApiClient> AdministratorAsync(SillageServer server, ApiClient admin, string username)
    {
        using var anonymous = new ApiClient(server.CreateClient());
        var made = await anonymous.PostAsync("/api/v1/auth/register", new { username, password = ApiClient.Password });
        await admin.PatchAsync($"/api/v1/users/{made.GetProperty("id").GetString()}", new { role = "administrator" });
        return await ApiClient.LogInAsync(server, username);
    }
}
