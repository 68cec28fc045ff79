using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>No road to a password takes one that is tried first: every operation whose body holds one to be set, and the settings.</summary>
public sealed class EasyPasswordTests(ITestOutputHelper output)
{
    // Long enough, and not the user name: refused for nothing but how often it is met.
    private const string Easy = "password1234";

    // Where the password is one that there is already.
    private static readonly string[] Compared =
    [
        "POST /api/v1/auth/login",
        "POST /auth/login",
        "POST /api/auth/login",
        "POST /api/v1/me/second-factor/recovery-codes",
        "POST /api/v1/me/second-factor/removal",
    ];

    // Needs a link out of a mail: RecoveringPasswords, in the tests of notifications.
    private const string ByLink = "POST /api/v1/auth/reset-password";

    [Fact]
    public async Task Every_operation_that_sets_a_password_refuses_one_that_is_tried_first()
    {
        using var empty = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        // The one road that is open only as long as there is no administrator.
        await using var fresh = await SillageServer.StartAsync(empty.Path);
        var token = (await File.ReadAllTextAsync(empty["data/setup-token"])).Trim();
        await using var server = await SillageServer.StartAsync(
            folder.Path,
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
            }
        );
        using var admin = await ApiClient.LogInAsync(server);
        using var anonymous = new ApiClient(fresh.CreateClient());
        await admin.MakeStudyAsync("easy", 1);
        var failures = new List<string>();
        var roads = 0;
        foreach (var operation in await Operation.AllAsync(admin.Client))
        {
            if (
                Compared.Contains(operation.Name)
                || operation.Name == ByLink
                || BodyWith(operation, token, Easy) is not { } body
            )
            {
                continue;
            }

            roads++;
            var isSetup = operation.Path == "/api/v1/setup";
            var address = operation.Address(_ => "easy");
            var refused = await SendAsync(isSetup ? anonymous : admin, operation, address, body);
            output.WriteLine($"{operation.Name}: {refused.Status}");
            if (refused.Status != 400 || !refused.Text.Contains("Too easy to guess"))
            {
                failures.Add($"{operation.Name}: {refused.Status} {refused.Text}");
            }

            // It was the password, and nothing else of the request.
            var good = BodyWith(operation, token, "seven herons by the weir")!;
            var taken = await SendAsync(isSetup ? anonymous : admin, operation, address, good);
            if (taken.Status is not (200 or 201 or 204))
            {
                failures.Add($"{operation.Name} with a good one: {taken.Status} {taken.Text}");
            }
        }

        failures.ShouldBeEmpty(string.Join("\n", failures));
        roads.ShouldBe(
            6,
            "registration at two addresses, an administrator's new account, one's own new password, setup, the TSADK routes"
        );
    }

    [Fact]
    public async Task The_settings_make_no_administrator_with_one()
    {
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_ADMIN__PASSWORD"] = Easy,
        };

        var run = await CommandRun.SillageAsync(folder.Path, ["serve", "--urls", "http://127.0.0.1:0"], settings);

        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.ShouldContain("Too easy to guess");
    }

    /// <summary>The example of the operation's body with this password; null if it has none.</summary>
    private static JsonObject? BodyWith(Operation operation, string token, string password)
    {
        if (operation.BodyExample is not { ValueKind: JsonValueKind.Object } example)
        {
            return null;
        }

        var body = JsonSerializer.SerializeToNode(example)!.AsObject();
        var properties = operation
            .Description.GetProperty("requestBody")
            .GetProperty("content")
            .GetProperty("application/json");
        var name = new[] { "newPassword", "password", "pwd" }.FirstOrDefault(one =>
            body.ContainsKey(one) || properties.ToString().Contains($"\"{one}\"", StringComparison.Ordinal)
        );
        name ??= operation.Name == "POST /api/v1/users" ? "password" : null;
        if (name is null)
        {
            return null;
        }

        body[name] = password;
        if (body.ContainsKey("currentPassword"))
        {
            body["currentPassword"] = ApiClient.Password;
        }

        if (body.ContainsKey("token"))
        {
            body["token"] = token;
        }

        if (body.ContainsKey("username"))
        {
            body["username"] = $"easy-{Guid.CreateVersion7():N}"[..30];
        }

        return body;
    }

    private static async Task<(int Status, string Text)> SendAsync(
        ApiClient api,
        Operation operation,
        string address,
        JsonObject body
    )
    {
        using var request = new HttpRequestMessage(operation.Method, address) { Content = JsonContent.Create(body) };
        using var reply = await api.Client.SendAsync(request);
        return ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }
}
