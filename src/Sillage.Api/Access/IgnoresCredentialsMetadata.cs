namespace Sillage.Api.Access;

/// <summary>Marks endpoints of the server itself that answer everyone alike and look at no credential.</summary>
public sealed class IgnoresCredentialsMetadata;
