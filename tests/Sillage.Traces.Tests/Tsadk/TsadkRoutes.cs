using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Traces.Tests.Tsadk;

/// <summary>The routes of the TSADK API, row by row, each with its errors.</summary>
public abstract class TsadkRoutes(TracesUnderTest traces) : TracesSpecification(traces)
{
    // What the game writes: no valid time.
    private const string GameTime = "2023-04-18T10:17.109Z";

    private static readonly string[] Texts = ["roomName", "actionNature", "actionType", "userAnswer", "userError"];

    private static readonly object[] LogFields =
    [
        .. Texts.Select(name => new { name, type = "string" }),
        new { name = "score", type = "number" },
    ];

    private const string Unauthorized = """{"error":"Unauthorized access"}""";
    private const string Forbidden = """{"message":"Access forbidden"}""";
    private const string NotFound = """{"error":"Not Found"}""";

    private static Person Basic(Person person) =>
        person with
        {
            Credential = Credential.Basic(person.Username, person.Password),
        };

    private static Person ByToken(string token, string password = "whatever") =>
        new(Guid.Empty, token, password, Credential.Basic(token, password));

    private async Task<(string Address, string Study)> NewTsadkStudyAsync()
    {
        var study = await NewStudyAsync(LogFields);
        return ($"/{study.Split('/')[^1]}/api/v1", study);
    }

    private async Task<(long Number, Person Person)> NewUserAsync(string address)
    {
        var username = Traces.NewSlug() + "-user";
        const string Password = "tulip-orbit-93";
        var made = await PostAsync($"{address}/users", new { username, pwd = Password });
        var number = (long)made.Must(HttpStatusCode.Created).Json["id"]!;
        return (number, new Person(Guid.Empty, username, Password, Credential.Basic(username, Password)));
    }

    private async Task<string> TokenAsync(string address, Person person) =>
        (string)(await GetAsync($"{address}/utils/token", person)).Must(HttpStatusCode.OK).Json["token"]!;

    private static JsonObject Log(long user, Action<JsonObject>? change = null)
    {
        var log = new JsonObject
        {
            ["userID"] = user,
            ["timestamp"] = GameTime,
            ["sequence"] = 12,
            ["roomName"] = "loops",
            ["actionNature"] = "answer",
            ["actionType"] = "submit",
            ["userAnswer"] = "for, \"while\"",
            ["userError"] = "",
        };
        change?.Invoke(log);
        return log;
    }

    private static void ShouldBeError(Answer answer, HttpStatusCode status, string? contains = null)
    {
        answer.Status.ShouldBe(status, answer.Text);
        answer.ContentType.ShouldBe("application/json; charset=utf-8");
        var only = answer.Json.AsObject().Single();
        only.Key.ShouldBe(status == HttpStatusCode.Forbidden ? "message" : "error");
        if (contains is not null)
        {
            ((string)only.Value!).ShouldContain(contains);
        }
    }

    [Fact]
    public async Task A_user_is_added_listed_and_read()
    {
        var (address, study) = await NewTsadkStudyAsync();
        var username = Traces.NewSlug() + "-user";

        var made = await PostAsync($"{address}/users", new { username, pwd = "tulip-orbit-93" });
        made.Must(HttpStatusCode.Created).Text.ShouldBe($$"""{"id":1,"username":"{{username}}"}""");
        made.Header("uri").ShouldBe($"{address}/users/1");

        (await GetAsync($"{address}/users"))
            .Must(HttpStatusCode.OK)
            .Text.ShouldBe($$"""[{"uri":"{{address}}/users/1","id":1,"username":"{{username}}"}]""");
        (await GetAsync(made.Header("uri")!)).Must(HttpStatusCode.OK).Text.ShouldBe(made.Text);

        // A participant like any other, who can log in.
        (await GetAsync($"{study}/participants/1")).Json["username"]!.GetValue<string>().ShouldBe(username);
        await TestUsers.LogInAsync(Server, username, "tulip-orbit-93");
        var audit = await GetAsync("/api/v1/audit?action=identities.read", Traces.Administrator);
        audit.Text.ShouldContain("tsadk");
    }

    [Fact]
    public async Task A_user_who_cannot_be_is_400_with_the_reason()
    {
        var (address, study) = await NewTsadkStudyAsync();
        var (_, person) = await NewUserAsync(address);
        const string Good = "tulip-orbit-93";

        async Task RefusedAsync(object body, string reason) =>
            ShouldBeError(await PostAsync($"{address}/users", body), HttpStatusCode.BadRequest, reason);

        await RefusedAsync(new { username = person.Username.ToUpperInvariant(), pwd = Good }, "taken");
        await RefusedAsync(new { username = "a", pwd = Good }, "/username");
        await RefusedAsync(new { username = "a b", pwd = Good }, "letters");
        await RefusedAsync(new { username = Traces.NewSlug() }, "/pwd");
        await RefusedAsync(new { pwd = Good }, "/username");
        await RefusedAsync(
            new
            {
                username = Traces.NewSlug(),
                pwd = Good,
                role = "admin",
            },
            "role"
        );
        await RefusedAsync(new { username = Traces.NewSlug(), pwd = "short" }, "At least 10 characters");
        await RefusedAsync("{", "JSON");
        (await GetAsync($"{study}/participants")).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_user_who_is_not_there_is_404()
    {
        var (address, _) = await NewTsadkStudyAsync();
        foreach (var id in new[] { "1", "0", "-1", "x", "99999999999999999999" })
        {
            var answer = await GetAsync($"{address}/users/{id}");
            answer.Status.ShouldBe(HttpStatusCode.NotFound, id);
            answer.Text.ShouldBe(NotFound);
        }
    }

    [Fact]
    public async Task A_log_of_the_game_is_kept_as_it_came()
    {
        var (address, study) = await NewTsadkStudyAsync();
        var (number, person) = await NewUserAsync(address);
        var player = ByToken(await TokenAsync(address, person));
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);

        var sent = await PostAsync($"{address}/logs", Log(number), player);
        var id = (long)sent.Must(HttpStatusCode.OK).Json["id"]!;
        var expected = Log(number);
        expected["id"] = id;
        JsonNode.DeepEquals(sent.Json, expected).ShouldBeTrue(sent.Text);

        var read = await GetAsync($"{address}/logs/{id}");
        read.Must(HttpStatusCode.OK).Text.ShouldBe(sent.Text);
        var listed = (await GetAsync($"{address}/logs")).Must(HttpStatusCode.OK).Json.AsArray().Single()!;
        expected["uri"] = $"{address}/logs/{id}";
        JsonNode.DeepEquals(listed, expected).ShouldBeTrue(listed.ToJsonString());

        // The same trace on the main road; the time of receipt stands in for the time that there is none of.
        var trace = (await GetAsync($"{study}/traces")).Items.Single()!;
        ((string)trace["timestamp"]!).ShouldBe(GameTime);
        ((string)trace["name"]!).ShouldBe("submit");
        ((long)trace["sequence"]!).ShouldBe(12);
        ((string)trace["data"]!["userAnswer"]!).ShouldBe("for, \"while\"");
        var since = Uri.EscapeDataString(before.ToString("O", CultureInfo.InvariantCulture));
        (await GetAsync($"{study}/traces?from={since}")).Items.Count.ShouldBe(1);

        // Nor is the main road any looser for it.
        var strict = await SendTracesAsync(study, Trace(number, t => t["timestamp"] = GameTime));
        strict.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_valid_timestamp_counts_and_is_kept_as_it_came()
    {
        var (address, study) = await NewTsadkStudyAsync();
        var (number, _) = await NewUserAsync(address);
        const string Time = "2023-04-18T12:17:00.5+02:00";

        (await PostAsync($"{address}/logs", Log(number, l => l["timestamp"] = Time))).Must(HttpStatusCode.OK);

        var found = await GetAsync($"{study}/traces?from=2023-04-18T10:17:00Z&to=2023-04-18T10:18:00Z");
        ((string)found.Items.Single()!["timestamp"]!).ShouldBe(Time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("1681812000")]
    [InlineData("2023-02-30T10:17:00Z")]
    [InlineData("2023-04-18T10:17.109Z")]
    public async Task Any_text_will_do_as_a_timestamp(string timestamp)
    {
        var (address, _) = await NewTsadkStudyAsync();
        var (number, _) = await NewUserAsync(address);
        var sent = await PostAsync($"{address}/logs", Log(number, l => l["timestamp"] = timestamp));
        ((string)sent.Must(HttpStatusCode.OK).Json["timestamp"]!).ShouldBe(timestamp);
    }

    [Fact]
    public async Task A_log_that_is_not_whole_or_not_right_is_400()
    {
        var (address, study) = await NewTsadkStudyAsync();
        var (number, person) = await NewUserAsync(address);
        var (other, _) = await NewUserAsync(address);

        async Task RefusedAsync(JsonObject log, string reason, Person? by = null) =>
            ShouldBeError(await PostAsync($"{address}/logs", log, by), HttpStatusCode.BadRequest, reason);

        foreach (var (name, value) in Log(number))
        {
            await RefusedAsync(Log(number, l => l.Remove(name)), name);
            await RefusedAsync(Log(number, l => l[name] = null), name);
            // Numbers are numbers and texts are texts.
            JsonNode wrong = value!.GetValueKind() == System.Text.Json.JsonValueKind.String ? 1 : "1";
            await RefusedAsync(Log(number, l => l[name] = wrong), name);
        }

        await RefusedAsync(Log(number, l => l["sequence"] = 1.5), "sequence");
        await RefusedAsync(Log(number, l => l["more"] = 1), "more");
        await RefusedAsync(Log(number, l => l["roomName"] = "a\0b"), "roomName");
        await RefusedAsync(Log(number, l => l["timestamp"] = new string('9', 201)), "timestamp");
        await RefusedAsync(Log(other + 1), "no user");
        await RefusedAsync(Log(other), "own number", person);
        await RefusedAsync(Log(other), "own number", ByToken(await TokenAsync(address, person)));
        (await GetAsync($"{study}/traces")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_log_obeys_the_limits_of_the_study_s_fields()
    {
        object[] fields =
        [
            .. Texts.Select(name => new
            {
                name,
                type = "string",
                required = true,
                maxLength = 10,
            }),
        ];
        var study = await NewStudyAsync(fields);
        var address = $"/{study.Split('/')[^1]}/api/v1";
        var (number, _) = await NewUserAsync(address);

        ShouldBeError(await PostAsync($"{address}/logs", Log(number)), HttpStatusCode.BadRequest, "At most 10");
        (await PostAsync($"{address}/logs", Log(number, l => l["userAnswer"] = "for"))).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_log_that_is_not_there_is_404_and_so_is_one_of_another_study()
    {
        var (address, _) = await NewTsadkStudyAsync();
        var (elsewhere, _) = await NewTsadkStudyAsync();
        var (number, _) = await NewUserAsync(elsewhere);
        var there = (long)(await PostAsync($"{elsewhere}/logs", Log(number))).Must(HttpStatusCode.OK).Json["id"]!;
        foreach (var id in new[] { $"{there}", "0", "-1", "x", "99999999999999999999", "9223372036854775807" })
        {
            var answer = await GetAsync($"{address}/logs/{id}");
            answer.Status.ShouldBe(HttpStatusCode.NotFound, id);
            answer.Text.ShouldBe(NotFound);
        }
    }

    [Fact]
    public async Task Lists_come_whole_or_in_pages()
    {
        var (address, _) = await NewTsadkStudyAsync();
        (await GetAsync($"{address}/logs")).Text.ShouldBe("[]");
        (await GetAsync($"{address}/logs?limit=2")).Text.ShouldBe("[]");
        for (var i = 0; i < 5; i++)
        {
            var (number, _) = await NewUserAsync(address);
            (await PostAsync($"{address}/logs", Log(number, l => l["sequence"] = i))).Must(HttpStatusCode.OK);
        }

        foreach (var list in new[] { "logs", "users" })
        {
            var whole = (await GetAsync($"{address}/{list}")).Json.AsArray().Select(i => (long)i!["id"]!).ToList();
            whole.Count.ShouldBe(5);
            whole.ShouldBeInOrder();
            var paged = new List<long>();
            var pages = 0;
            for (var next = $"{address}/{list}?limit=2"; next is not null; pages++)
            {
                var page = (await GetAsync(next)).Must(HttpStatusCode.OK);
                paged.AddRange(page.Json.AsArray().Select(i => (long)i!["id"]!));
                next = page.Header("Link")?.Split('<', '>')[1];
            }

            pages.ShouldBe(3);
            paged.ShouldBe(whole);
            foreach (var limit in new[] { "0", "1001", "-1", "x" })
            {
                ShouldBeError(await GetAsync($"{address}/{list}?limit={limit}"), HttpStatusCode.BadRequest, "limit");
            }
        }
    }

    [Fact]
    public async Task The_export_is_a_table_in_the_old_order()
    {
        var (address, study) = await NewTsadkStudyAsync();
        var slug = study.Split('/')[^1];
        var (number, _) = await NewUserAsync(address);
        var first = (long)(await PostAsync($"{address}/logs", Log(number))).Json["id"]!;
        var second = (long)(await PostAsync($"{address}/logs", Log(number, l => l["userAnswer"] = "=1+1"))).Json["id"]!;

        var csv = (await GetAsync($"{address}/utils/export/logs")).Must(HttpStatusCode.OK);

        csv.ContentType!.ShouldStartWith("text/csv");
        csv.Header("Content-Disposition")
            .ShouldBe(
                $"attachment; filename=\"{slug}_export_logs_{DateTimeOffset.UtcNow.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.csv\""
            );
        csv.Text.ShouldBe(
            "id,userID,timestamp,sequence,roomName,actionNature,actionType,userAnswer,userError\r\n"
                + $"{first},{number},{GameTime},12,loops,answer,submit,\"for, \"\"while\"\"\",\r\n"
                + $"{second},{number},{GameTime},12,loops,answer,submit,'=1+1,\r\n"
        );
        (await GetAsync($"{address}/utils/export/logs?formulas=keep")).Text.ShouldContain(",submit,=1+1,");
        ShouldBeError(await GetAsync($"{address}/utils/export/logs?formulas=x"), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_marked_field_is_shown_as_it_came_to_who_sees_identities_only()
    {
        object[] fields =
        [
            .. Texts.Select(name => new
            {
                name,
                type = "string",
                export = name switch
                {
                    "userAnswer" => "mask",
                    "userError" => "leave-out",
                    _ => "keep",
                },
            }),
        ];
        var study = await NewStudyAsync(fields);
        var address = $"/{study.Split('/')[^1]}/api/v1";
        var (number, _) = await NewUserAsync(address);
        var log = Log(number, l => (l["userAnswer"], l["userError"]) = ("I am player-1", "hidden"));
        var id = (long)(await PostAsync($"{address}/logs", log)).Must(HttpStatusCode.OK).Json["id"]!;

        foreach (var road in new[] { "logs", $"logs/{id}", "utils/export/logs" })
        {
            // The owner holds 'identities', an administrator does not by office.
            var clear = (await GetAsync($"{address}/{road}")).Must(HttpStatusCode.OK).Text;
            clear.ShouldContain("I am player-1", Case.Sensitive, road);
            clear.ShouldContain("hidden", Case.Sensitive, road);
            var masked = (await GetAsync($"{address}/{road}", Traces.Administrator)).Must(HttpStatusCode.OK).Text;
            masked.ShouldNotContain("player-1", Case.Sensitive, road);
            masked.ShouldNotContain("hidden", Case.Sensitive, road);
            masked.ShouldContain("submit", Case.Sensitive, road);
        }

        var audit = await Traces.Database.ReadAsync(
            r => r.ReadAuditAsync(new AuditFilter("identities.read", Subject: study.Split('/')[^1]), 10, default),
            default
        );
        audit.Select(row => row.Actor).ShouldBe([Researcher.Id, Researcher.Id, Researcher.Id]);
    }

    [Fact]
    public async Task Traces_of_the_main_road_are_logs_too()
    {
        var (address, study) = await NewTsadkStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        (
            await SendTracesAsync(
                study,
                new JsonArray(
                    Trace(change: t =>
                        t["data"] = new JsonObject { ["more"] = new JsonArray(1), ["userError"] = "\u00e9\n" }
                    )
                ),
                player.Person
            )
        ).Must(HttpStatusCode.Created);

        var log = (await GetAsync($"{address}/logs")).Json.AsArray().Single()!;

        ((string)log["userError"]!).ShouldBe("\u00e9\n");
        ((string)log["roomName"]!).ShouldBe("");
        log["sequence"].ShouldBeNull();
        ((long)log["userID"]!).ShouldBe(player.Number);
    }

    [Fact]
    public async Task Many_logs_come_whole_and_in_order()
    {
        var (address, study) = await NewTsadkStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        const int Count = 2500;
        var batch = new JsonArray([
            .. Enumerable
                .Range(0, Count)
                .Select(i =>
                    Trace(change: t =>
                    {
                        t["sequence"] = i;
                        t["data"] = new JsonObject { ["userAnswer"] = new string('x', i == 7 ? 600_000 : 700) };
                    })
                ),
        ]);
        (await SendTracesAsync(study, batch, player.Person)).Must(HttpStatusCode.Created);

        var logs = (await GetAsync($"{address}/logs")).Must(HttpStatusCode.OK).Json.AsArray();
        logs.Select(l => (int)l!["sequence"]!).ShouldBe(Enumerable.Range(0, Count));
        ((string)logs[7]!["userAnswer"]!).Length.ShouldBe(600_000);
        var lines = (await GetAsync($"{address}/utils/export/logs")).Must(HttpStatusCode.OK).Text.Split("\r\n");
        lines.Length.ShouldBe(Count + 2);
        lines[^2].ShouldStartWith($"{logs[^1]!["id"]},{player.Number},2026-11-20T09:30:00.250Z,{Count - 1},");
    }

    [Fact]
    public async Task A_token_goes_where_the_user_name_goes_and_counts_for_a_day()
    {
        var (address, _) = await NewTsadkStudyAsync();
        var (number, person) = await NewUserAsync(address);
        var answer = await GetAsync($"{address}/utils/token", person);
        answer.Must(HttpStatusCode.OK).Header("Cache-Control").ShouldBe("no-store");
        var token = (string)answer.Json.AsObject().Single().Value!;
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]))!;
        ((long)claims["exp"]! - (long)claims["iat"]!).ShouldBe(86_400);

        foreach (var password in new[] { "", "x", "a:b" })
        {
            (await PostAsync($"{address}/logs", Log(number), ByToken(token, password))).Must(HttpStatusCode.OK);
        }

        // On every route, and as a bearer token; but it does not buy another one.
        var bearer = person with
        {
            Credential = Credential.Bearer(token),
        };
        (await GetAsync("/api/v1/me", bearer)).Must(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me", ByToken(token))).Must(HttpStatusCode.OK);
        (await GetAsync($"{address}/utils/token", ByToken(token))).Text.ShouldBe(Forbidden);

        // The session that it stands for can be ended.
        (await SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, bearer)).Must(HttpStatusCode.NoContent);
        var ended = await PostAsync($"{address}/logs", Log(number), ByToken(token));
        ended.Status.ShouldBe(HttpStatusCode.Unauthorized);
        ended.Text.ShouldBe(Unauthorized);
    }

    [Fact]
    public async Task An_administrator_by_token_reads_what_he_reads_by_password()
    {
        var (address, _) = await NewTsadkStudyAsync();
        var owner = ByToken(await TokenAsync(address, Basic(Researcher)));
        (await GetAsync($"{address}/users", owner)).Must(HttpStatusCode.OK);
        var admin = ByToken(await TokenAsync(address, Basic(Traces.Administrator)));
        (await GetAsync($"{address}/logs", admin)).Must(HttpStatusCode.OK);
    }

    // nobody, wrong password, member, player, stranger, reader, writer, manager, identities, administrator, owner
    [Theory]
    [InlineData("GET", "users", "401 401 403 403 404 403 403 403 200 403 200")]
    [InlineData("POST", "users", "401 401 403 403 404 403 403 400 403 400 400")]
    [InlineData("GET", "users/1", "401 401 403 403 404 403 403 403 200 403 200")]
    [InlineData("GET", "logs", "401 401 403 403 404 403 403 403 403 200 200")]
    [InlineData("GET", "logs/1", "401 401 403 403 404 403 403 403 403 404 404")]
    [InlineData("POST", "logs", "401 401 404 400 404 403 400 403 403 400 400")]
    [InlineData("GET", "utils/token", "401 401 404 200 404 200 200 200 200 200 200")]
    [InlineData("GET", "utils/export/logs", "401 401 403 403 404 403 403 403 403 200 200")]
    public async Task Who_may_what(string method, string route, string expected)
    {
        var (address, study) = await NewTsadkStudyAsync();
        var (_, player) = await NewUserAsync(address);
        var people = new List<Credential?>
        {
            null,
            Credential.Basic(player.Username, "not the password"),
            Basic(Traces.Member).Credential,
            player.Credential,
            Basic(Traces.Stranger).Credential,
        };
        foreach (var right in new[] { "read", "write", "manage", "identities" })
        {
            var holder = await TestUsers.RegisterAsync(Server, Traces.NewSlug() + "-" + right, "researcher");
            (
                await SendAsync(HttpMethod.Put, $"{study}/rights/{holder.Id}", new { rights = new[] { right } })
            ).Status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Created);
            people.Add(Basic(holder).Credential);
        }

        people.Add(Basic(Traces.Administrator).Credential);
        people.Add(Basic(Researcher).Credential);
        object? body =
            method == "GET" ? null
            : route == "users" ? new { username = "somebody", pwd = "short" }
            : Log(99);

        var found = new List<int>();
        foreach (var credential in people)
        {
            var answer = await Server.SendAsync(HttpMethod.Parse(method), $"{address}/{route}", body, credential);
            found.Add((int)answer.Status);
            switch (answer.Status)
            {
                case HttpStatusCode.Unauthorized:
                    answer.Text.ShouldBe(Unauthorized);
                    answer.Header("WWW-Authenticate")!.ShouldContain("Basic");
                    break;
                case HttpStatusCode.Forbidden:
                    answer.Text.ShouldBe(Forbidden);
                    break;
                case HttpStatusCode.NotFound:
                    answer.Text.ShouldBe(NotFound);
                    break;
            }
        }

        string.Join(' ', found).ShouldBe(expected);
    }

    [Fact]
    public async Task A_study_that_does_not_take_logs_says_so()
    {
        var study = await NewStudyAsync();
        var address = $"/{study.Split('/')[^1]}/api/v1";
        ShouldBeError(await GetAsync($"{address}/logs"), HttpStatusCode.NotFound, "roomName");
        ShouldBeError(await GetAsync($"{address}/logs", Traces.Stranger), HttpStatusCode.NotFound, "Not Found");
        (await GetAsync("/no-such-study/api/v1/logs")).Text.ShouldBe(NotFound);
        (await GetAsync("/NO/api/v1/logs")).Text.ShouldBe(NotFound);

        // One more field that every trace must have: no log could ever fit.
        object[] fields =
        [
            .. LogFields,
            new
            {
                name = "level",
                type = "integer",
                required = true,
            },
        ];
        var strict = await NewStudyAsync(fields);
        ShouldBeError(
            await GetAsync($"/{strict.Split('/')[^1]}/api/v1/logs"),
            HttpStatusCode.NotFound,
            "no other field"
        );
    }

    [Fact]
    public async Task What_the_routes_do_not_take_is_refused_in_their_form_and_only_there()
    {
        var (address, study) = await NewTsadkStudyAsync();
        ShouldBeError(await SendAsync(HttpMethod.Delete, $"{address}/logs"), HttpStatusCode.MethodNotAllowed, "DELETE");
        ShouldBeError(await GetAsync($"{address}/nothing"), HttpStatusCode.NotFound, "Not Found");
        ShouldBeError(
            await Server.SendAsync(
                HttpMethod.Post,
                $"{address}/logs",
                TestUsers.Content("userID=1", "text/plain"),
                Researcher.Credential
            ),
            HttpStatusCode.UnsupportedMediaType
        );
        ShouldBeError(await GetAsync($"{address}/logs", null, ("Accept", "image/png")), HttpStatusCode.NotAcceptable);
        foreach (var path in new[] { $"{study}/nothing", "/api/v1/logs", "/api/v1/users/x", "/x/api", "/x/y/v1/logs" })
        {
            (await GetAsync(path)).ContentType.ShouldBe("application/problem+json", path);
        }
    }

    [Fact]
    public async Task An_erased_user_is_gone_and_his_logs_keep_their_number()
    {
        var (address, _) = await NewTsadkStudyAsync();
        var (number, person) = await NewUserAsync(address);
        (await PostAsync($"{address}/logs", Log(number), person)).Must(HttpStatusCode.OK);
        var login = await TestUsers.LogInAsync(Server, person.Username, person.Password);

        var erased = await SendAsync(
            HttpMethod.Delete,
            $"/api/v1/users/{login.Id}?form=anonymise",
            null,
            Traces.Administrator
        );

        erased.Status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.Accepted);
        await Specifications.Eventually.HoldsAsync(async () => (await GetAsync($"{address}/users")).Text == "[]");
        (await GetAsync($"{address}/users/{number}")).Text.ShouldBe(NotFound);
        ((long)(await GetAsync($"{address}/logs")).Json.AsArray().Single()!["userID"]!).ShouldBe(number);
    }
}

public sealed class TsadkRoutesOnSqlite(SqliteTraces traces) : TsadkRoutes(traces), IClassFixture<SqliteTraces>;

public sealed class TsadkRoutesOnPostgres(PostgresTraces traces) : TsadkRoutes(traces), IClassFixture<PostgresTraces>;
