using System.Net;
using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Messages that are stored in one unit, as they come while another unit has the room: each has its own end.</summary>
public abstract class TogetherTests(MessagingUnderTest messaging) : MessagingSpecification(messaging)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UntilAllWait = TimeSpan.FromSeconds(1);

    private static readonly Sql HoldRoom = new("SELECT 1", "SELECT 1 FROM room WHERE id = @Id FOR UPDATE");

    [Fact]
    public async Task What_is_refused_holds_up_nobody_and_what_comes_twice_is_there_once()
    {
        var people = await NewPeopleAsync(4);
        var (owner, writer, muted, stranger) = (people[0], people[1], people[2], people[3]);
        var room = await NewRoomAsync(owner, writer, muted);
        var elsewhere = await NewRoomAsync(writer);
        (await SendAsync(owner, HttpMethod.Put, $"{room}/mutes/{muted.Id}", new { minutes = 60 })).Must(
            HttpStatusCode.NoContent
        );
        var first = await SayAsync(writer, room, "Known.", "known");

        var answers = await TogetherAsync(
            room,
            [
                () => PostAsync(owner, $"{room}/messages", new { text = "One." }),
                () => PostAsync(muted, $"{room}/messages", new { text = "Muted." }),
                () => PostAsync(stranger, $"{room}/messages", new { text = "Not a member." }),
                () => PostAsync(writer, $"{room}/messages", new { text = "Known.", clientId = "known" }),
                () => PostAsync(writer, $"{room}/messages", new { text = "Twice.", clientId = "twice" }),
                () => PostAsync(writer, $"{room}/messages", new { text = "Twice.", clientId = "twice" }),
                () => PostAsync(owner, $"{room}/messages", new { text = "No answer.", replyTo = 4711 }),
                () => PostAsync(owner, $"{room}/messages", new { text = $"For @{writer.Username}." }),
                () => PostAsync(writer, $"{elsewhere}/messages", new { text = "Another.", clientId = "known" }),
            ]
        );

        answers
            .Select(answer => answer.Status)
            .ShouldBe([
                HttpStatusCode.Created,
                HttpStatusCode.TooManyRequests,
                HttpStatusCode.Forbidden,
                HttpStatusCode.Created,
                HttpStatusCode.Created,
                HttpStatusCode.Created,
                HttpStatusCode.BadRequest,
                HttpStatusCode.Created,
                HttpStatusCode.Conflict,
            ]);
        ((string)answers[3].Json["id"]!).ShouldBe((string)first["id"]!);
        ((string)answers[4].Json["id"]!).ShouldBe((string)answers[5].Json["id"]!);
        var read = (await GetAsync(owner, $"{room}/messages?after=0")).Must(HttpStatusCode.OK).Items;
        read.Select(message => (long)message!["seq"]!).ShouldBe([1, 2, 3, 4]);
        read.Select(message => (string)message!["text"]!)
            .ShouldBe(["Known.", "One.", "Twice.", $"For @{writer.Username}."], ignoreOrder: true);
        (await TextsAsync(writer, elsewhere)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_sends_two_at_once_in_a_slow_room_is_told_to_wait_with_one_of_them()
    {
        var people = await NewPeopleAsync(2);
        var room = await NewRoomAsync(people[0], people[1]);
        (await SendAsync(people[0], HttpMethod.Patch, room, new { slowSeconds = 3600 })).Must(HttpStatusCode.OK);

        var answers = await TogetherAsync(
            room,
            [
                .. Enumerable
                    .Range(0, 3)
                    .Select<int, Func<Task<Answer>>>(i =>
                        () => PostAsync(people[1], $"{room}/messages", new { text = $"{i}" })
                    ),
            ]
        );

        answers.Count(answer => answer.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests).ShouldBe(2);
        (await TextsAsync(people[0], room)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Everybody_hears_all_of_it_in_order()
    {
        var people = await NewPeopleAsync(3);
        var room = await NewRoomAsync(people[0], people[1], people[2]);
        await using var listener = await ConnectAsync(people[2]);
        await listener.AskAsync("sync", new { rooms = new Dictionary<string, long>() });

        var answers = await TogetherAsync(
            room,
            [
                .. Enumerable
                    .Range(0, 20)
                    .Select<int, Func<Task<Answer>>>(i =>
                        () =>
                            PostAsync(
                                people[i % 2],
                                $"{room}/messages",
                                new { text = i % 3 == 0 ? $"{i} @{people[2].Username}" : $"{i}" }
                            )
                    ),
            ]
        );

        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.Created);
        var heard = await listener.WaitAsync("message:new", 20);
        heard.Select(message => (long)message["seq"]!).ShouldBe(Enumerable.Range(1, 20).Select(i => (long)i));
        var read = (await GetAsync(people[2], $"{room}/messages?after=0")).Must(HttpStatusCode.OK).Items;
        heard.Select(message => (string)message["text"]!).ShouldBe(read.Select(message => (string)message!["text"]!));
    }

    /// <summary>Does all of it while a unit of somebody else has the room, so that it waits together.</summary>
    private async Task<Answer[]> TogetherAsync(string room, IReadOnlyList<Func<Task<Answer>>> requests)
    {
        using var gate = new ManualResetEventSlim();
        var held = new TaskCompletionSource();
        var holding = Task.Run(() =>
            Messaging.Database.WriteAsync(
                async unit =>
                {
                    await unit.ScalarAsync<long?>(HoldRoom, new { Id = Guid.Parse(IdOf(room)) });
                    held.TrySetResult();
                    return gate.Wait(Patience);
                },
                CancellationToken.None
            )
        );
        await held.Task;
        var answers = requests.Select(request => request()).ToList();
        await Task.Delay(UntilAllWait);
        gate.Set();
        (await holding).ShouldBeTrue();
        return await Task.WhenAll(answers);
    }
}

public sealed class TogetherOnSqlite(SqliteMessaging messaging)
    : TogetherTests(messaging),
        IClassFixture<SqliteMessaging>;

public sealed class TogetherOnPostgres(PostgresMessaging messaging)
    : TogetherTests(messaging),
        IClassFixture<PostgresMessaging>;
