using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Import;

/// <summary>
/// Moving over with the executable, from a database that an API of the TSADK routes wrote itself
/// (<c>benchmarks/peers/tsadk</c>), and what is answered afterwards beside what it answered.
/// </summary>
public sealed class TsadkVerbTests : IDisposable
{
    // Debian's own interpreter, which has Flask where python3-flask and its two companions are installed.
    private const string Python = "/usr/bin/python3";

    /// <summary>Drives the peer without a socket: its routes fill its database, then say what they answer.</summary>
    private const string Drive = """
        import base64, json, sys
        from app import app
        client = app.test_client()
        def basic(name, password):
            return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}
        admin = basic("chief", "chief-password-1")
        def call(method, path, body=None):
            answer = client.open(path, method=method, json=body, headers=admin)
            assert answer.status_code < 300, (path, answer.status_code, answer.data)
            return answer
        base = "/escape/api/v1"
        from app import db, User
        from werkzeug.security import generate_password_hash
        with app.app_context():
            db.session.add(User(username="chief", pwd_hash=generate_password_hash("chief-password-1"), role="admin"))
            db.session.commit()
        # By token from here on: checking a password takes that API long, and more so on a busy machine.
        admin = basic(call("GET", base + "/utils/token").get_json()["token"], "any")
        for i in range(1, 6):
            call("POST", base + "/users", {"username": f"player-{i}", "pwd": "whatever"})
        texts = ["for", "for, while", 'say "so"', "two\nlines", "two\r\nlines", "=SUM(A1)", "é ü 漢 😀", "", "a\tb", "\\u0041"]
        for i in range(120):
            call("POST", base + "/logs", {
                "userID": 3 + i % 5, "timestamp": f"2023-04-18T10:{i % 60:02}.{i:03}Z", "sequence": i - 3,
                "roomName": "room" + str(i % 4), "actionNature": texts[i % 10], "actionType": texts[(i * 7) % 10][:40],
                "userAnswer": texts[(i * 3) % 10], "userError": texts[(i + 5) % 10]})
        for name, path in (("users", "/users"), ("logs", "/logs"), ("log", "/logs/77"), ("csv", "/utils/export/logs")):
            with open(sys.argv[1] + "/" + name, "wb") as file:
                file.write(call("GET", base + path).data)
        """;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_the_old_API_answered_is_answered_by_the_new_one()
    {
        var environment = new Dictionary<string, string>
        {
            ["TSADK_DATABASE"] = _folder["tsadk.db"],
            ["TSADK_SECRET"] = "not a secret",
            ["TSADK_STUDY"] = "escape",
            ["TSADK_ADMIN_PASSWORD"] = "first-password-1",
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["PYTHONPATH"] = Path.Combine(Repository.Root, "benchmarks", "peers", "tsadk"),
        };
        await SkipWithoutFlaskAsync();
        var drive = await CommandRun.RunAsync(Python, _folder.Path, ["-c", Drive, _folder.Path], environment);
        drive.ExitCode.ShouldBe(0, drive.Error);
        await using (var empty = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings))
        {
            using var admin = await ApiClient.LogInAsync(empty);
            await admin.PostAsync(
                "/api/v1/users",
                new
                {
                    username = "researcher",
                    password = ApiClient.Password,
                    role = "researcher",
                }
            );

            // Both have an account 'admin': the old one has to go on under another name.
            var held = await RunAsync("--dry-run");
            held.ExitCode.ShouldBe(2, held.Output);
            held.Error.ShouldContain("in use");
        }

        var refused = await RunAsync("--admins");
        refused.ExitCode.ShouldBe(2, refused.Output);
        refused.Error.TrimEnd().Split('\n').Length.ShouldBe(1, refused.Error);
        refused.Error.ShouldContain("tsadk.users.csv");
        await File.WriteAllTextAsync(_folder["names.csv"], "id,account\n1,old-admin\n");

        var dry = await RunAsync("--admins", "--users", "names.csv", "--dry-run");
        dry.ExitCode.ShouldBe(0, dry.Error);
        dry.Output.ShouldContain("Users: 7 would be added");
        dry.Output.ShouldContain("Logs: 120 would be added");
        var run = await RunAsync("--admins", "--users", "names.csv", "--owner", "researcher");
        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("Logs: 120 added");
        run.Output.ShouldContain("tsadk.credentials.csv");
        (await RunAsync("--admins", "--users", "names.csv")).Output.ShouldContain("Logs: 0 added, 120 here already");

        await using var server = await SillageServer.StartAsync(_folder.Path);
        using var researcher = ApiClient.Basic(server, "researcher", ApiClient.Password);
        ShouldBeSame(
            await researcher.GetAsync("/escape/api/v1/users"),
            (await File.ReadAllTextAsync(_folder["users"])).Replace("\"admin\"", "\"old-admin\"")
        );
        ShouldBeSame(await researcher.GetAsync("/escape/api/v1/logs"), await File.ReadAllTextAsync(_folder["logs"]));
        ShouldBeSame(await researcher.GetAsync("/escape/api/v1/logs/77"), await File.ReadAllTextAsync(_folder["log"]));
        (await researcher.Client.GetByteArrayAsync("/escape/api/v1/utils/export/logs?formulas=keep")).ShouldBe(
            await File.ReadAllBytesAsync(_folder["csv"])
        );

        // A player goes on with what stands on the sheet.
        var cells = (await File.ReadAllLinesAsync(_folder["tsadk.credentials.csv"])).Last().Split(',');
        using var player = ApiClient.Basic(server, cells[1], cells[2]);
        (await player.GetAsync("/escape/api/v1/utils/token")).GetProperty("token").GetString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_verb_of_the_verb_that_is_not_known_brings_the_nearest_one()
    {
        var run = await CommandRun.SillageAsync(_folder.Path, ["traces", "import-tsdk"]);
        run.ExitCode.ShouldBe(2);
        run.Error.Trim()
            .ShouldBe("sillage: unknown verb 'import-tsdk'; did you mean 'import-tsadk'? See sillage traces --help.");

        var flag = await CommandRun.SillageAsync(_folder.Path, ["traces", "import-tsadk", "--studdy", "x", "y"]);
        flag.Error.ShouldContain("did you mean '--study'? See sillage traces import-tsadk --help.");
    }

    public void Dispose() => _folder.Dispose();

    private Task<CommandRun> RunAsync(params string[] arguments) =>
        CommandRun.SillageAsync(
            _folder.Path,
            ["traces", "import-tsadk", "tsadk.db", "--study", "escape", .. arguments]
        );

    private async Task SkipWithoutFlaskAsync()
    {
        var has =
            File.Exists(Python)
            && (
                await CommandRun.RunAsync(
                    Python,
                    _folder.Path,
                    ["-c", "import flask, flask_sqlalchemy, flask_httpauth, itsdangerous"]
                )
            ).ExitCode == 0;
        Assert.SkipUnless(has, "python3-flask, python3-flask-sqlalchemy and python3-flask-httpauth are not installed.");
    }

    // The older API sorts its members and escapes what is not ASCII: the same values in the same order of the list.
    private static void ShouldBeSame(JsonElement ours, string theirs) =>
        JsonElement.DeepEquals(ours, JsonSerializer.Deserialize<JsonElement>(theirs)).ShouldBeTrue(ours.GetRawText());
}
