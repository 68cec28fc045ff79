namespace Sillage.Traces.Tsadk;

/// <summary>The examples of the TSADK routes in the API's description.</summary>
internal static class TsadkExamples
{
    public static readonly AddUser.Request NewUser = new("player-1", "tulip-orbit-93");

    public static readonly TsadkUser User = new(null, 1, "player-1");

    public static readonly NewLog NewLog = new(1, "2023-04-18T10:17.109Z", 12, "loops", "answer", "submit", "for", "");

    public static readonly TsadkLog Log = new(
        null,
        17,
        NewLog.UserID,
        NewLog.Timestamp,
        NewLog.Sequence,
        NewLog.RoomName,
        NewLog.ActionNature,
        NewLog.ActionType,
        NewLog.UserAnswer,
        NewLog.UserError
    );
}
