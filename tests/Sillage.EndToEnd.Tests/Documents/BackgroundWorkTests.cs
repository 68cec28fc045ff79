using Mono.Cecil;
using Shouldly;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>
/// What goes on in the background is a job of Storage's kit (docs/adr/0083-durable-work.md). Whatever waits by itself all the same is
/// named here with its reason; the kit and the libraries for Socket.IO, RabbitMQ and Redis have their own.
/// </summary>
public sealed class BackgroundWorkTests
{
    private static readonly string[] Kits =
    [
        "Sillage.Storage",
        "Sillage.SocketIO",
        "Sillage.RabbitMq",
        "Sillage.Redis",
    ];

    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["Sillage.Traces.Tally.TallyWork"] = "a job, which rests between its pieces",
        ["Sillage.Traces.Import.ImportStore"] = "a verb waits for the engine in front of somebody",
        ["Sillage.Accounts.Authority.ChangeFeed"] = "a request waits for news",
        ["Sillage.Accounts.Remote.ChangeListener"] = "keeps a connection open, and says how long it has heard nothing",
        ["Sillage.Gateway.Routing.ServiceWatch"] = "looks every second at what is there, and has no engine",
        ["Sillage.Hosting.Authentication.Open.OpenCallers"] = "looks every second at what is open here, engine or not",
        ["Sillage.Hosting.Upkeep.BackupSchedule"] = "what it goes by is the folder of backups, not an engine",
        ["Sillage.Rowing.Training.WatchSquad"] =
            "a request looks once a second: a wake-up by each stroke would be many more",
        ["Sillage.Hosting.Authentication.Open.OpenReply"] = "cuts a connection some moments after its end",
    };

    [Fact]
    public void What_waits_by_itself_has_a_reason()
    {
        var waiting = Product
            .Types()
            .Where(type => !Kits.Contains(type.Module.Assembly.Name.Name))
            .Where(type => type.BaseType?.Name == "BackgroundService" || Product.Operands(type).Any(IsWait))
            .Select(type => Product.Outermost(type).FullName)
            .Distinct();
        waiting.ShouldBe(Reasons.Keys, ignoreOrder: true);
    }

    private static bool IsWait(MemberReference named) =>
        named is MethodReference
        && (named.DeclaringType.Name, named.Name)
            is
                ("Task", "Delay")
                or
                ("PeriodicTimer", ".ctor")
                or
                ("Timer", ".ctor")
                or
                ("TimeProvider", "CreateTimer")
                or
                ("Thread", ".ctor");
}
