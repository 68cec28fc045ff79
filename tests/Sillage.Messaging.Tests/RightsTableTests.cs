using System.Net;
using System.Text;
using Shouldly;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Every route of a room and every event, asked by everybody there is.</summary>
public abstract class RightsTableTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    // stranger: not in the room. banned: was put out for good. member, moderator, owner: in it. admin: an administrator who is not.
    private const string Routes = """
        # route                                     stranger banned member moderator owner admin
        GET                                         200      200    200    200       200   200
        PATCH {"name":"Same"}                       403      403    403    403       200   200
        GET /members                                403      403    200    200       200   200
        PUT /members/{member} {"role":"member"}     403      403    403    200       200   200
        PUT /members/{member} {"role":"moderator"}  403      403    403    403       200   200
        DELETE /members/{nobody}                    403      403    403    404       404   404
        GET /bans                                   403      403    403    200       200   200
        PUT /bans/{nobody} {}                       403      403    403    404       404   404
        DELETE /bans/{nobody}                       403      403    403    404       404   404
        PUT /mutes/{nobody} {"minutes":1}           403      403    403    404       404   404
        DELETE /mutes/{nobody}                      403      403    403    404       404   404
        GET /invitations                            403      403    403    200       200   200
        POST /invitations {}                        403      403    403    201       201   201
        DELETE /invitations/{nobody}                403      403    403    404       404   404
        GET /moderation                             403      403    403    200       200   200
        GET /reports                                403      403    403    200       200   200
        GET /reports/{nobody}                       403      403    404    404       404   404
        PUT /reports/{nobody}/resolution {"resolution":"a"} 403 403 403    404       404   404
        GET /read                                   403      403    200    200       200   403
        POST /read {"seq":0}                        403      403    200    200       200   403
        GET /messages                               403      403    200    200       200   200
        POST /messages {"text":"a"}                 403      403    201    201       201   403
        GET /messages/{message}                     403      403    200    200       200   200
        PATCH /messages/{message} {"text":"b"}      403      403    403    403       200   403
        PUT /messages/{message}/reactions/%F0%9F%91%8D    403 403 200    200       200   403
        DELETE /messages/{message}/reactions/%F0%9F%91%8D 403 403 200    200       200   403
        GET /messages/{message}/versions            403      403    200    200       200   200
        GET /threads                                403      403    200    200       200   200
        GET /threads/{thread}                       403      403    200    200       200   200
        GET /threads/{thread}/messages              403      403    200    200       200   200
        POST /threads/{thread}/read {"seq":0}       403      403    200    200       200   403
        POST /messages/{message}/reports {"reason":"a"}   403 403 201    201       201   403
        DELETE /messages/{nobody}                   403      403    404    404       404   404
        """;

    private const string Events = """
        # event                                     stranger  banned    member    moderator owner     admin
        message:send "text":"a"                     forbidden forbidden ok        ok        ok        forbidden
        message:edit "id":"{message}","text":"c"    forbidden forbidden forbidden forbidden ok        forbidden
        message:delete "id":"{nobody}"              forbidden forbidden not_found not_found not_found not_found
        reaction:add "id":"{message}","emoji":"👍"   forbidden forbidden ok        ok        ok        forbidden
        reaction:remove "id":"{message}","emoji":"👍" forbidden forbidden ok       ok        ok        forbidden
        read "seq":0                                forbidden forbidden ok        ok        ok        forbidden
        thread:read "thread":{thread},"seq":0       forbidden forbidden ok        ok        ok        forbidden
        typing                                      forbidden forbidden ok        ok        ok        forbidden
        member:kick "account":"{nobody}"            forbidden forbidden forbidden not_found not_found not_found
        member:ban "account":"{nobody}"             forbidden forbidden forbidden not_found not_found not_found
        """;

    [Fact]
    public async Task Every_route_and_every_event_by_everybody()
    {
        var people = await NewPeopleAsync(6);
        var (stranger, banned, member, moderator, owner) = (people[0], people[1], people[2], people[3], people[4]);
        var room = await NewRoomAsync(owner, banned, member, moderator, people[5]);
        (await SendAsync(owner, HttpMethod.Put, $"{room}/members/{moderator.Id}", new { role = "moderator" })).Must(
            HttpStatusCode.OK
        );
        (await SendAsync(owner, HttpMethod.Put, $"{room}/bans/{banned.Id}", new { })).Must(HttpStatusCode.NoContent);
        var message = (string)(await SayAsync(owner, room, "Asked about."))["id"]!;
        var thread = (await SayAsync(owner, room, "Answered."))["seq"]!.ToString();
        (
            await PostAsync(
                owner,
                $"{room}/messages",
                new { text = "So.", replyTo = long.Parse(thread, System.Globalization.CultureInfo.InvariantCulture) }
            )
        ).Must(HttpStatusCode.Created);
        string Fill(string text) =>
            text.Replace("{member}", $"{people[5].Id}", StringComparison.Ordinal)
                .Replace("{message}", message, StringComparison.Ordinal)
                .Replace("{thread}", thread, StringComparison.Ordinal)
                .Replace("{nobody}", "00000000-0000-7000-8000-000000000000", StringComparison.Ordinal);

        Person[] callers = [stranger, banned, member, moderator, owner, Messaging.Administrator];
        var asked = new StringBuilder();
        foreach (var (request, _) in Rows(Routes))
        {
            var answers = new List<string>();
            foreach (var caller in callers)
            {
                // What one changes is as it was before the next asks.
                await SendAsync(owner, HttpMethod.Put, $"{room}/members/{people[5].Id}", new { role = "member" });
                answers.Add(await AskAsync(caller, room, Fill(request)));
            }

            asked.AppendLine($"{request} {string.Join(' ', answers)}");
        }

        asked.ToString().ShouldBe(Expected(Routes));
        asked.Clear();
        foreach (var (name, _) in Rows(Events))
        {
            var answers = new List<string>();
            foreach (var caller in callers)
            {
                await using var client = await ConnectAsync(caller);
                var space = name.IndexOf(' ', StringComparison.Ordinal);
                var (what, more) = space < 0 ? (name, "") : (name[..space], "," + Fill(name[(space + 1)..]));
                var argument = System.Text.Json.Nodes.JsonNode.Parse($$"""{"room":"{{IdOf(room)}}"{{more}}}""")!;
                var answer = await client.AskAsync(what, argument);
                answers.Add((string?)answer["error"]?["data"]?["code"] ?? "ok");
            }

            asked.AppendLine($"{name} {string.Join(' ', answers)}");
        }

        asked.ToString().ShouldBe(Expected(Events));
    }

    private async Task<string> AskAsync(Person caller, string room, string request)
    {
        var parts = request.Split(' ');
        var path = parts.Length > 1 && parts[1].StartsWith('/') ? parts[1] : "";
        var body = parts[^1].StartsWith('{') ? parts[^1] : null;
        var answer = await SendAsync(caller, HttpMethod.Parse(parts[0]), room + path, body);
        return $"{(int)answer.Status}";
    }

    private static IEnumerable<(string Asked, string[] Answers)> Rows(string table) =>
        from line in table.Split('\n').Skip(1)
        let cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        select (string.Join(' ', cells[..^6]), cells[^6..]);

    private static string Expected(string table) =>
        string.Concat(Rows(table).Select(row => $"{row.Asked} {string.Join(' ', row.Answers)}{Environment.NewLine}"));
}

public sealed class RightsTableOnSqlite(SqliteMessaging messaging)
    : RightsTableTests(messaging),
        IClassFixture<SqliteMessaging>;
