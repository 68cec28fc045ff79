namespace Sillage.Api.Access;

/// <summary>Marks the endpoints that tell how the server is: counted by no limit, since who asks must learn it on the worst day.</summary>
public sealed class UnlimitedMetadata;
