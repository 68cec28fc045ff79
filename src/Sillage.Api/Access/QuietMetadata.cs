namespace Sillage.Api.Access;

/// <summary>Marks endpoints that machines ask all the time: not logged.</summary>
public sealed class QuietMetadata;
