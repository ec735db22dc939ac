{
    "name": "Record Protection",
    "version": "19.0.1.1.0",
    "category": "Hidden/Tools",
    "summary": "Fields that only the program fills in, and history that nobody rewrites",
    "author": "Milestone Revenue contributors",
    "license": "LGPL-3",
    "depends": ["base"],
}
